import Subprocess

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// One process in a group of its own, with a pipe on standard input that ends when this process does.
struct ChildProcess: Sendable {
    /// The executable's path, or its name to look for in `PATH`, and its arguments.
    var command: [String]
    /// The whole environment, nothing is inherited.
    var environment: [String: String]
    /// How long it may take to end after SIGTERM.
    var grace: Duration

    enum Problem: Error, CustomStringConvertible {
        case noCommand

        var description: String {
            switch self {
            case .noCommand: "the worker command is empty; it needs at least a program"
            }
        }
    }

    /// Runs it until it ends by itself, or until the task is cancelled: then it gets SIGTERM, and its group SIGKILL
    /// after the grace.
    ///
    /// Whatever ended the process, its group gets SIGKILL before its number is free again, so no descendant that stayed
    /// in the group outlives it. Throws when the program can't be started.
    func run(
        onStart: @escaping @Sendable (_ pid: pid_t) -> Void,
        onLine: @escaping @Sendable (_ line: String) -> Void
    ) async throws -> ExitStatus {
        guard let program = command.first else { throw Problem.noCommand }
        var options = PlatformOptions()
        options.processGroupID = 0
        let configuration = Configuration(
            executable: .program(program),
            arguments: Arguments(Array(command.dropFirst())),
            environment: .custom(
                Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) })
            ),
            platformOptions: options
        )
        let (stops, stop) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // A task of its own, awaited below: the child must be ended step by step, heard and reaped even when the
        // caller is cancelled, and the library would kill it at once and leave its descendants.
        let life = Task { [configuration, grace] in
            try await Subprocess.run(configuration, input: .inputWriter, output: .sequence, error: .sequence) { child in
                let pid = child.processIdentifier.value
                onStart(pid)
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for await _ in stops {}
                        // Ended by cancellation: the child is gone already.
                        if Task.isCancelled { return }
                        kill(pid, SIGTERM)
                        do {
                            try await Task.sleep(for: grace)
                        } catch {
                            return
                        }
                        ProcessGroup.end(pid)
                    }
                    await withTaskGroup(of: Void.self) { readers in
                        readers.addTask { await Self.read(child.standardOutput, of: pid, onLine) }
                        readers.addTask { await Self.read(child.standardError, of: pid, onLine) }
                    }
                    // Both outputs end at the child's end. One that closed them earlier is looked after now and then.
                    var pause = Duration.milliseconds(5)
                    while !ProcessGroup.hasEnded(child: pid) {
                        try? await Task.sleep(for: pause)
                        pause = min(pause * 2, .milliseconds(100))
                    }
                    ProcessGroup.end(pid)
                    group.cancelAll()
                }
            }
        }
        let result = try await withTaskCancellationHandler {
            try await life.value
        } onCancel: {
            stop.finish()
        }
        switch result.terminationStatus {
        case .exited(let code): return .code(code)
        case .signaled(let signal): return .signal(signal)
        }
    }

    private static func read(
        _ output: SubprocessOutputSequence,
        of pid: pid_t,
        _ onLine: @Sendable (String) -> Void
    ) async {
        var lines = OutputLines()
        do {
            for try await buffer in output {
                let bytes = buffer.withUnsafeBytes { Array($0) }
                for line in lines.take(bytes) { onLine(line) }
                // A descendant that keeps the pipe and goes on writing would hold the reader for ever.
                if ProcessGroup.hasEnded(child: pid) { ProcessGroup.end(pid) }
            }
        } catch {
            onLine("the output of process \(pid) can't be read: \(error)")
        }
        if let last = lines.finish() { onLine(last) }
    }
}
