package import FoundationEssentials
import Subprocess
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A program that a test runs: its lines as they come, signals to it, its end.
package final class ChildProgram: Sendable {
    package enum Stream: Sendable, Hashable {
        case output, error
    }

    /// How a process ended.
    package enum Ending: Sendable, Hashable {
        case code(Int32)
        case signal(Int32)
    }

    /// What a program left when it ended.
    package struct Outcome: Sendable {
        package var ending: Ending
        /// All of standard output.
        package var output: Data
        /// All of standard error, lines without their ends.
        package var errorLines: [String]

        package var outputText: String { String(decoding: output, as: UTF8.self) }
        package var outputLines: [String] { outputText.split(separator: "\n").map { String($0) } }
        package var errorText: String { errorLines.joined(separator: "\n") }
    }

    /// A wait that came to nothing, with what the program had said until then.
    package struct Disappointment: Error, CustomStringConvertible {
        package let description: String
    }

    fileprivate struct State {
        var pid: Int32?
        var bytes: [Stream: Data] = [:]
        var lines: [Stream: [String]] = [:]
        var rests: [Stream: Data] = [:]
        var ended: Set<Stream> = []
        var ending: Result<Ending, any Error>?
        var watchers: [(isDue: @Sendable (State) -> Bool, gate: Gate)] = []
    }

    private let state = Mutex(State())
    private let name: String

    fileprivate init(name: String) {
        self.name = name
    }

    /// The process's id, which is its group's too.
    package var pid: Int32 { state.withLock { $0.pid ?? -1 } }

    /// The lines that came so far.
    package func lines(on stream: Stream = .error) -> [String] { state.withLock { $0.lines[stream] ?? [] } }

    /// Sends a signal to the process alone; nothing happens when it has ended.
    package func send(_ signal: Int32) {
        state.withLock { state in
            if state.ending == nil, let pid = state.pid { kill(pid, signal) }
        }
    }

    /// Returns the first line for which `isWanted` holds, once it has come.
    ///
    /// - Throws: ``Disappointment`` when the stream ends or the time is over before.
    @discardableResult
    package func waitForLine(
        on stream: Stream = .error,
        within limit: Duration = .seconds(120),
        where isWanted: @escaping @Sendable (String) -> Bool
    ) async throws -> String {
        try await waitForLines(1, on: stream, within: limit, where: isWanted)[0]
    }

    /// Returns the first `count` lines for which `isWanted` holds, once they have come.
    ///
    /// - Throws: ``Disappointment`` when the stream ends or the time is over before.
    @discardableResult
    package func waitForLines(
        _ count: Int,
        on stream: Stream = .error,
        within limit: Duration = .seconds(120),
        where isWanted: @escaping @Sendable (String) -> Bool
    ) async throws -> [String] {
        try await wait("\(count) lines that a test wants", within: limit) { state in
            state.ended.contains(stream) || (state.lines[stream] ?? []).count(where: isWanted) >= count
        }
        let found = lines(on: stream).filter(isWanted).prefix(count)
        guard found.count == count else {
            // How it ended says more than what is missing.
            try? await wait("its end", within: .seconds(5)) { $0.ending != nil }
            throw disappointment("ended with \(found.count) of \(count) lines that a test wants")
        }
        return Array(found)
    }

    /// Returns how the program ended and all that it said.
    ///
    /// - Throws: ``Disappointment`` when it goes on for longer than the limit.
    @discardableResult
    package func waitForEnd(within limit: Duration = .seconds(120)) async throws -> Outcome {
        try await wait("its end", within: limit) { $0.ending != nil }
        return try state.withLock { state in
            guard let ending = try state.ending?.get() else { throw CancellationError() }
            return Outcome(
                ending: ending,
                output: state.bytes[.output] ?? Data(),
                errorLines: state.lines[.error] ?? []
            )
        }
    }

    // MARK: - Watching

    private func wait(
        _ what: String,
        within limit: Duration,
        until isDue: @escaping @Sendable (State) -> Bool
    ) async throws {
        let gate = Gate()
        change { $0.watchers.append((isDue, gate)) }
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
        if !isInTime { throw disappointment("was waited for in vain, \(limit): \(what)") }
    }

    private func disappointment(_ what: String) -> Disappointment {
        let said = { (stream: Stream) in self.lines(on: stream).suffix(40).joined(separator: "\n  ") }
        let ending = state.withLock { $0.ending.map { "\($0)" } ?? "still running" }
        return Disappointment(
            description: "\(name) \(what) (\(ending))\noutput:\n  \(said(.output))\nerror:\n  \(said(.error))"
        )
    }

    private func change(_ body: (inout State) -> Void) {
        let due = state.withLock { state in
            body(&state)
            let isDue = state.watchers.map { $0.isDue(state) }
            let due = zip(state.watchers, isDue).filter(\.1).map(\.0.gate)
            state.watchers = zip(state.watchers, isDue).filter { !$0.1 }.map(\.0)
            return due
        }
        for gate in due { gate.open() }
    }

    // MARK: - Running

    fileprivate func run(_ configuration: Configuration, input: String?) async {
        do {
            let result = try await Subprocess.run(
                configuration,
                input: .string(input ?? ""),
                output: .sequence,
                error: .sequence
            ) { child in
                let pid = child.processIdentifier.value
                change { $0.pid = pid }
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await self.read(child.standardOutput, as: .output) }
                    group.addTask { await self.read(child.standardError, as: .error) }
                }
            }
            change { state in
                switch result.terminationStatus {
                case .exited(let code): state.ending = .success(.code(code))
                case .signaled(let signal): state.ending = .success(.signal(signal))
                }
            }
        } catch {
            change { state in
                state.ending = .failure(error)
                state.ended = [.output, .error]
            }
        }
    }

    private func read(_ sequence: SubprocessOutputSequence, as stream: Stream) async {
        // An error is the end of what can be read, as the end itself.
        do {
            for try await buffer in sequence {
                let bytes = buffer.withUnsafeBytes { Data($0) }
                change { $0.take(bytes, of: stream) }
            }
        } catch {}
        change { $0.end(stream) }
    }

    /// Kills the process, its group and all that descends from it.
    fileprivate func end() {
        state.withLock { state in
            guard state.ending == nil, let pid = state.pid else { return }
            let descendants = ProcessTable.descendants(of: pid)
            kill(-pid, SIGKILL)
            for pid in descendants { kill(pid, SIGKILL) }
        }
    }

    fileprivate func waitForStart() async throws {
        try await wait("its start", within: .seconds(20)) { $0.pid != nil || $0.ending != nil }
        if case .failure(let error) = state.withLock({ $0.ending }) { throw error }
    }
}

extension ChildProgram.State {
    fileprivate mutating func take(_ bytes: Data, of stream: ChildProgram.Stream) {
        self.bytes[stream, default: Data()] += bytes
        var rest = (rests[stream] ?? Data()) + bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            lines[stream, default: []].append(String(decoding: rest[..<end], as: UTF8.self))
            rest = Data(rest[rest.index(after: end)...])
        }
        rests[stream] = rest
    }

    fileprivate mutating func end(_ stream: ChildProgram.Stream) {
        if let rest = rests[stream], !rest.isEmpty {
            lines[stream, default: []].append(String(decoding: rest, as: UTF8.self))
        }
        rests[stream] = nil
        ended.insert(stream)
    }
}

/// Runs a program in a process group of its own while `body` runs, and kills what is left of it afterwards.
///
/// - Parameters:
///   - command: The program's path and its arguments.
///   - environment: All of it; nothing is inherited.
///   - input: What it reads from standard input, which then ends.
///   - isSessionLeader: Whether it begins a session without a terminal; the first one it opens becomes its own.
package func withChildProgram<Value: Sendable>(
    _ command: [String],
    environment: [String: String],
    in folder: URL,
    input: String? = nil,
    isSessionLeader: Bool = false,
    _ body: (ChildProgram) async throws -> Value
) async throws -> Value {
    var options = PlatformOptions()
    if isSessionLeader { options.createSession = true } else { options.processGroupID = 0 }
    let configuration = Configuration(
        executable: .path(literal(command[0])),
        arguments: Arguments(Array(command.dropFirst())),
        environment: .custom(
            Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) })
        ),
        workingDirectory: literal(folder.path),
        platformOptions: options
    )
    let words = [URL(filePath: command[0]).lastPathComponent] + command.dropFirst()
    let program = ChildProgram(name: words.joined(separator: " "))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await program.run(configuration, input: input) }
        defer { program.end() }
        try await program.waitForStart()
        return try await body(program)
    }
}

/// What a string literal of that text would be; spells the path type of a module that we don't depend on.
private func literal<Path: ExpressibleByStringLiteral>(_ text: String) -> Path where Path.StringLiteralType == String {
    Path(stringLiteral: text)
}
