import CNCurses
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a terminal wants of the thread that serves it.
struct PollInterest: Sendable {
    /// -1 when there is nothing to wait for.
    var descriptor: Int32 = -1
    var reads = false
    var writes = false
    var deadline: ContinuousClock.Instant?
}

/// A signal that came.
enum Notice: UInt8, Sendable {
    case windowChanged = 0x57
    case stopAsked = 0x5A
    case continued = 0x43
}

/// The one thread of the process that touches ncurses and terminals: runs their jobs and waits for their bytes.
///
/// One for all terminals and for as long as the process lives, so that a job which comes late still finds it. It waits
/// without a time-out unless a terminal asks for one, so that nothing wakes it when nothing happens.
final class TerminalThread: SerialExecutor {
    static let shared = TerminalThread()

    private struct State {
        var jobs: [UnownedJob] = []
        /// Whether the pipe holds a byte for the jobs.
        var isRung = false
        var clients: [TerminalCore] = []
        var thread: pthread_t?
    }

    private let state = Mutex(State())
    private let pipeEnds: (reading: Int32, writing: Int32)

    private init() {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { preconditionFailure("no pipe: \(TTY.text(of: errno))") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        pipeEnds = (ends[0], ends[1])
        start()
    }

    /// Where signal handlers write a ``Notice``.
    var notices: Int32 { pipeEnds.writing }

    func attach(_ core: TerminalCore) { state.withLock { $0.clients.append(core) } }

    func detach(_ core: TerminalCore) { state.withLock { $0.clients.removeAll { $0 === core } } }

    // MARK: - Executor

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustRing = state.withLock { state in
            state.jobs.append(job)
            defer { state.isRung = true }
            return !state.isRung
        }
        if mustRing { ring() }
    }

    func isIsolatingCurrentContext() -> Bool? {
        state.withLock { state in state.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "only the terminal's thread may do this")
    }

    private func ring() {
        var byte: UInt8 = 0
        _ = unsafe write(pipeEnds.writing, &byte, 1)
    }

    // MARK: - The thread

    private func start() {
        let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
            if let context = unsafe context {
                unsafe Unmanaged<TerminalThread>.fromOpaque(context).takeRetainedValue().run()
            }
            return nil
        }
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        #if canImport(Darwin)
        var thread: pthread_t?
        let outcome = unsafe pthread_create(&thread, nil, { unsafe body($0) }, context)
        #else
        var thread = pthread_t()
        let outcome = unsafe pthread_create(&thread, nil, body, context)
        #endif
        guard outcome == 0 else { preconditionFailure("no thread for the terminal: \(TTY.text(of: outcome))") }
    }

    private func run() {
        state.withLock { $0.thread = pthread_self() }
        Rescue.prepareThread()
        while true {
            runJobs()
            let clients = state.withLock { $0.clients }
            let interests = clients.map { core in core.assumeIsolated { $0.interest } }
            wait(clients, interests)
        }
    }

    private func runJobs() {
        while true {
            let jobs = state.withLock { state in
                defer { state.jobs = [] }
                if state.jobs.isEmpty { state.isRung = false }
                return state.jobs
            }
            if jobs.isEmpty { return }
            for job in jobs { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
        }
    }

    private func wait(_ clients: [TerminalCore], _ interests: [PollInterest]) {
        var polled = [pollfd(fd: pipeEnds.reading, events: Int16(POLLIN), revents: 0)]
        polled += interests.map { interest in
            var events: Int32 = 0
            if interest.reads { events |= POLLIN }
            if interest.writes { events |= POLLOUT }
            return pollfd(fd: interest.descriptor, events: Int16(events), revents: 0)
        }
        let outcome = unsafe poll(
            &polled,
            nfds_t(polled.count),
            milliseconds(until: interests.compactMap(\.deadline).min())
        )
        guard outcome >= 0 else { return }
        if polled[0].revents != 0 {
            for notice in takeNotices() {
                for core in clients { core.assumeIsolated { $0.take(notice) } }
            }
        }
        for (core, polled) in zip(clients, polled.dropFirst()) {
            let events = Int32(polled.revents)
            core.assumeIsolated { $0.isReady(events) }
        }
    }

    private func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let rest = ContinuousClock.now.duration(to: deadline)
        // Rounded up: waking too early would only mean to wait again.
        return Int32(clamping: max(0, Int64((rest / .milliseconds(1)).rounded(.up))))
    }

    private func takeNotices() -> [Notice] {
        var buffer = [UInt8](repeating: 0, count: 256)
        var notices: [Notice] = []
        while true {
            let count = unsafe read(pipeEnds.reading, &buffer, buffer.count)
            guard count > 0 else { return notices }
            for notice in buffer[..<count].compactMap(Notice.init) where !notices.contains(notice) {
                notices.append(notice)
            }
        }
    }
}
