import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A pseudo-terminal with a program in it, that answers what a modern terminal does and counts what is painted.
struct ScreenBenchTerminal: ~Copyable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let pid: pid_t
    /// When the program was started, on the clock that all processes share.
    let startedAt: Int64
    /// The sizes of the synchronized frames, brackets included.
    private(set) var frames: [Int] = []
    private let master: Int32
    private let reports: Int32
    private var told: [UInt8] = []
    /// What came since the last ``forget()``, and how much of it has been looked at.
    private var painted: [UInt8] = []
    private var looked = 0
    private var frameStart: Int?
    private var hasEnded = false

    /// Starts a program in a session of its own, with the terminal as its standard input, output and error.
    init(_ program: [String], columns: Int, rows: Int, environment: [String: String]) throws {
        var ends: (master: Int32, slave: Int32) = (-1, -1)
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        var pipes: [Int32] = [-1, -1]
        guard openpty(&ends.master, &ends.slave, nil, nil, &size) == 0, let name = ttyname(ends.slave),
            pipe(&pipes) == 0
        else { throw Failure(description: "no pseudo-terminal: \(String(cString: strerror(errno)))") }
        for descriptor in [ends.master, ends.slave] + pipes { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        for descriptor in [ends.master, pipes[0]] {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
        let startedAt = ScreenBenchFigures.monotonicNanoseconds
        let pid = try Self.spawn(program, on: String(cString: name), reports: pipes[1], environment)
        // The program's own stay open for as long as it lives, so that the terminal is gone when it is.
        close(ends.slave)
        close(pipes[1])
        (self.startedAt, self.pid, master, reports) = (startedAt, pid, ends.master, pipes[0])
    }

    deinit {
        // The program is a child of ours that nobody else waits for.
        if !hasEnded {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        close(master)
        close(reports)
    }

    #if canImport(Darwin)
    private static let newSession = Int16(POSIX_SPAWN_SETSID)
    #else
    /// `POSIX_SPAWN_SETSID`, which the C library names for GNU sources only.
    private static let newSession: Int16 = 0x80
    #endif

    private static func spawn(
        _ program: [String],
        on terminal: String,
        reports: Int32,
        _ environment: [String: String]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        // Opened by name in a new session, it becomes the terminal of that session.
        posix_spawnattr_setflags(&attributes, Self.newSession)
        posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        posix_spawn_file_actions_adddup2(&actions, reports, ScreenBenchSubject.reportDescriptor)
        var arguments: [UnsafeMutablePointer<CChar>?] = program.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid = pid_t()
        let problem = posix_spawn(&pid, program[0], &actions, &attributes, &arguments, &variables)
        guard problem == 0 else {
            throw Failure(description: "\(program[0]) can't be started: \(String(cString: strerror(problem)))")
        }
        return pid
    }

    // MARK: -

    mutating func forget() {
        painted.removeAll(keepingCapacity: true)
        (looked, frameStart, frames) = (0, nil, [])
    }

    mutating func send(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// Takes what is painted until it holds a text.
    ///
    /// - Returns: When that came.
    mutating func waitFor(_ text: String, within seconds: Double = 20) throws -> Int64 {
        let wanted = Array(text.utf8)
        var from = 0
        let end = ScreenBenchFigures.monotonicNanoseconds + Int64(seconds * 1e9)
        while true {
            if contains(wanted, from: from) { return ScreenBenchFigures.monotonicNanoseconds }
            from = max(0, painted.count - wanted.count)
            let left = end - ScreenBenchFigures.monotonicNanoseconds
            guard left > 0, !hasEnded else {
                throw Failure(
                    description:
                        "\"\(text)\" was not painted within \(seconds) s: \(String(decoding: painted.suffix(400), as: UTF8.self).debugDescription)"
                )
            }
            take(within: left)
        }
    }

    private func contains(_ wanted: [UInt8], from start: Int) -> Bool {
        guard painted.count >= wanted.count else { return false }
        return painted[start...].firstRange(of: wanted) != nil
    }

    /// Takes what is painted for so long.
    mutating func pass(seconds: Double) {
        let end = ScreenBenchFigures.monotonicNanoseconds + Int64(seconds * 1e9)
        while !hasEnded {
            let left = end - ScreenBenchFigures.monotonicNanoseconds
            guard left > 0 else { return }
            take(within: left)
        }
    }

    /// The numbers that the program told besides under a name; all there once it has ended.
    func report(_ name: Substring) -> [Double] {
        let lines = String(decoding: told, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
        return lines.first { $0.first == name }?.dropFirst().compactMap { Double($0) } ?? []
    }

    /// Waits until the program has ended by itself.
    mutating func waitForEnd(within seconds: Double) {
        pass(seconds: seconds)
        takeReports()
    }

    private mutating func take(within nanoseconds: Int64) {
        var polled = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, Int32(clamping: nanoseconds / 1_000_000 + 1)) > 0 else { return }
        let isAtEnd = withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
            let count = read(master, buffer.baseAddress, buffer.count)
            if count > 0 { painted.append(contentsOf: UnsafeRawBufferPointer(buffer)[..<count]) }
            return count == 0 || count < 0 && errno != EAGAIN && errno != EINTR
        }
        look()
        if isAtEnd {
            waitpid(pid, nil, 0)
            hasEnded = true
        }
    }

    private mutating func takeReports() {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(reports, &buffer, buffer.count)
        if count > 0 { told += buffer[..<count] }
    }

    /// Answers what is asked, and measures frames.
    private mutating func look() {
        while let escape = painted[looked...].firstIndex(of: 0x1b) {
            let sequence = painted[escape...].prefix(12)
            // The longest one that matters has eleven bytes; it is looked at once it must be all there.
            if let (length, answer) = Self.answer(to: sequence) {
                looked = escape + length
                if !answer.isEmpty { send(answer) }
                if sequence.starts(with: Self.frameBegins) { frameStart = escape }
                if sequence.starts(with: Self.frameEnds), let start = frameStart {
                    frames.append(looked - start)
                    frameStart = nil
                }
            } else if sequence.count < 12, Self.known.contains(where: { $0.bytes.starts(with: sequence) }) {
                looked = escape
                return
            } else {
                looked = escape + 1
            }
        }
        looked = painted.count
    }

    private static let frameBegins = Array("\u{1b}[?2026h".utf8)
    private static let frameEnds = Array("\u{1b}[?2026l".utf8)
    private static let known: [(bytes: [UInt8], answer: String)] = [
        ("\u{1b}[?2026h", ""), ("\u{1b}[?2026l", ""), ("\u{1b}[?2026$p", "\u{1b}[?2026;2$y"),
        ("\u{1b}[c", "\u{1b}[?62;22c"),
        ("\u{1b}]11;?\u{7}", "\u{1b}]11;rgb:1e1e/1e1e/1e1e\u{7}"),
        ("\u{1b}]11;?\u{1b}\\", "\u{1b}]11;rgb:1e1e/1e1e/1e1e\u{1b}\\"),
    ].map { (Array($0.utf8), $1) }

    private static func answer(to sequence: ArraySlice<UInt8>) -> (Int, String)? {
        known.first { sequence.starts(with: $0.bytes) }.map { ($0.bytes.count, $0.answer) }
    }
}
