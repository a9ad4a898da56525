import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A terminal that a test holds the other end of: it sends keys, reads what is painted, and changes the size.
package final class PseudoTerminal: Sendable {
    /// A wait that came to nothing, with what was on the screen.
    package struct Disappointment: Error, CustomStringConvertible {
        package let description: String
    }

    /// What was read so far.
    package struct Traffic: Sendable, Hashable {
        package var bytes = 0
        /// How many reads brought something: one for each write, as long as the reader keeps up.
        package var reads = 0
        /// The sizes of the synchronized frames, brackets included.
        package var frames: [Int] = []
    }

    private struct State {
        var screen: ScreenModel
        var traffic = Traffic()
        var bracketStart: Int?
        var outbox: [UInt8] = []
        var recording: [UInt8] = []
        var isReading = true
        var isStopped = false
        var isHungUp = false
        var watchers: [(isDue: @Sendable (ScreenModel) -> Bool, gate: Gate)] = []
    }

    private let state: Mutex<State>
    private let master: Int32
    /// The program's end; held so that the terminal outlives its programs.
    package let slave: Int32
    /// The path of the program's end.
    package let name: String
    private let waker: (read: Int32, write: Int32)

    fileprivate init(width: Int, height: Int, answers: ScreenModel.Answers) throws {
        var ends: (master: Int32, slave: Int32) = (-1, -1)
        var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&ends.master, &ends.slave, nil, nil, &size) == 0, let path = ttyname(ends.slave) else {
            throw Disappointment(description: "no pseudo-terminal: \(String(cString: strerror(errno)))")
        }
        (master, slave, name) = (ends.master, ends.slave, String(cString: path))
        var pipes: [Int32] = [-1, -1]
        guard pipe(&pipes) == 0 else {
            throw Disappointment(description: "no pipe: \(String(cString: strerror(errno)))")
        }
        waker = (pipes[0], pipes[1])
        state = Mutex(State(screen: ScreenModel(width: width, height: height, answers: answers)))
        for descriptor in [master, slave, pipes[0], pipes[1]] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        for descriptor in [master, pipes[0], pipes[1]] {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
    }

    // MARK: - What a test does

    /// What is shown now.
    package var screen: ScreenModel { state.withLock { $0.screen } }
    package var traffic: Traffic { state.withLock { $0.traffic } }
    /// All bytes that came since the last ``forget()``.
    package var recording: [UInt8] { state.withLock { $0.recording } }

    /// Starts counting and recording anew.
    package func forget() {
        state.withLock { state in
            (state.traffic, state.recording, state.bracketStart) = (Traffic(), [], nil)
        }
    }

    /// Types; takes escape sequences as they are.
    package func send(_ text: String) { send(Array(text.utf8)) }

    /// Sends bytes as the keyboard does.
    package func send(_ bytes: [UInt8]) {
        state.withLock { $0.outbox += bytes }
        wake()
    }

    /// Changes the size; the kernel tells the programs in the foreground.
    package func resize(width: Int, height: Int) {
        state.withLock { $0.screen.resize(width: width, height: height) }
        setSize(width, height)
    }

    /// Stops or starts to take what is painted.
    package func setReading(_ isReading: Bool) {
        state.withLock { $0.isReading = isReading }
        wake()
    }

    /// The settings as `stty -g` gives them.
    package var settings: [UInt] {
        var settings = termios()
        guard tcgetattr(master, &settings) == 0 else { return [] }
        let characters = withUnsafeBytes(of: settings.c_cc) { $0.map { UInt($0) } }
        let flags = [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag].map { UInt($0) }
        return flags + characters
    }

    /// Gives the screen once `isWanted` holds for it, never in the middle of a synchronized frame.
    ///
    /// - Throws: ``Disappointment`` when the time is over before, or the task is cancelled.
    @discardableResult
    package func waitForScreen(
        within limit: Duration = .seconds(120),
        where isWanted: @escaping @Sendable (ScreenModel) -> Bool
    ) async throws -> ScreenModel {
        let gate = Gate()
        let isThere = state.withLock { state in
            if !state.screen.modes.contains(2026), isWanted(state.screen) { return true }
            state.watchers.append((isWanted, gate))
            return false
        }
        if isThere { return screen }
        let isInTime = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await gate.wait()
                return true
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
        if isInTime { return screen }
        throw Disappointment(description: "not on the screen within \(limit); it shows:\n\(screen.text)")
    }

    /// Hangs up: the programs get no more keys, and an error for what they paint.
    package func hangUp() {
        state.withLock { $0.isHungUp = true }
        wake()
    }

    // MARK: - The other end

    private func setSize(_ width: Int, _ height: Int) {
        var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    private func wake() {
        var byte: UInt8 = 0
        _ = write(waker.write, &byte, 1)
    }

    fileprivate func stop() {
        state.withLock { $0.isStopped = true }
        wake()
    }

    fileprivate func close() {
        for descriptor in [slave, waker.read, waker.write] { _ = Self.close(descriptor) }
        if !state.withLock({ $0.isHungUp }) { _ = Self.close(master) }
    }

    private static func close(_ descriptor: Int32) -> Int32 {
        #if canImport(Glibc)
        Glibc.close(descriptor)
        #elseif canImport(Musl)
        Musl.close(descriptor)
        #else
        Darwin.close(descriptor)
        #endif
    }

    /// Serves the terminal until ``stop()``; blocks its thread.
    fileprivate func serve() {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let (isStopped, isHungUp, isReading, outbox) = state.withLock {
                ($0.isStopped, $0.isHungUp, $0.isReading, $0.outbox)
            }
            if isStopped { return }
            if isHungUp {
                _ = Self.close(master)
                return
            }
            var interest = Int16(0)
            if isReading { interest |= Int16(POLLIN) }
            if !outbox.isEmpty { interest |= Int16(POLLOUT) }
            var polled = [
                pollfd(fd: waker.read, events: Int16(POLLIN), revents: 0),
                pollfd(fd: master, events: interest, revents: 0),
            ]
            guard poll(&polled, nfds_t(polled.count), -1) >= 0 || errno == EINTR else { return }
            if polled[0].revents != 0 { while read(waker.read, &buffer, buffer.count) > 0 {} }
            if polled[1].revents & Int16(POLLOUT) != 0 {
                let sent = write(master, outbox, outbox.count)
                if sent > 0 { state.withLock { $0.outbox.removeFirst(sent) } }
            }
            if polled[1].revents & Int16(POLLIN) != 0 {
                let count = read(master, &buffer, buffer.count)
                if count > 0 { take(buffer[..<count]) }
            }
        }
    }

    private func take(_ bytes: ArraySlice<UInt8>) {
        let due = state.withLock { state in
            state.traffic.reads += 1
            for byte in bytes {
                state.traffic.bytes += 1
                state.recording.append(byte)
                let wasInside = state.screen.modes.contains(2026)
                state.outbox += state.screen.feed(CollectionOfOne(byte))
                let isInside = state.screen.modes.contains(2026)
                if isInside, !wasInside { state.bracketStart = state.traffic.bytes - 8 }
                if wasInside, !isInside, let start = state.bracketStart {
                    state.traffic.frames.append(state.traffic.bytes - start)
                    state.bracketStart = nil
                }
            }
            guard !state.screen.modes.contains(2026) else { return [Gate]() }
            let screen = state.screen
            let isDue = state.watchers.map { $0.isDue(screen) }
            let due = zip(state.watchers, isDue).filter(\.1).map(\.0.gate)
            state.watchers = zip(state.watchers, isDue).filter { !$0.1 }.map(\.0)
            return due
        }
        for gate in due { gate.open() }
    }
}

/// Calls `body` with a fresh terminal and takes it away afterwards, whatever happened.
package func withPseudoTerminal<Value: Sendable>(
    width: Int = 120,
    height: Int = 36,
    answers: ScreenModel.Answers = .modern,
    _ body: (PseudoTerminal) async throws -> Value
) async throws -> Value {
    let terminal = try PseudoTerminal(width: width, height: height, answers: answers)
    let pool = NIOThreadPool(numberOfThreads: 1)
    pool.start()
    let result: Result<Value, any Error> = await withTaskGroup(of: Void.self) { group in
        group.addTask { try? await pool.runIfActive { terminal.serve() } }
        defer { terminal.stop() }
        do { return .success(try await body(terminal)) } catch { return .failure(error) }
    }
    terminal.close()
    try? await pool.shutdownGracefully()
    return try result.get()
}

extension PseudoTerminal {
    /// Tells this very process that a window changed its size, as the kernel tells the programs in the foreground.
    package func signalWindowChange() { kill(getpid(), SIGWINCH) }
}
