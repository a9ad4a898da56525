import Subprocess
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Runs a program that knows nothing of parents, so that it ends with ours: `etl-dash guard -- PROGRAM…`.
///
/// Guard and program share a process group that the guard leads. So whoever ends the group ends both, and one who
/// kills the guard alone and then its group, as the supervisor does, leaves nothing behind.
package enum ProcessGuard {
    /// Runs the program until it ends and returns its status; what it left in the group is ended then.
    ///
    /// Each signal of `signals` is passed on to the program. At the end of file of `input`, a pipe that the parent
    /// holds, the whole group is killed, the caller included; `input` is nil when nobody holds one. The program's own
    /// standard input is empty, its outputs are the caller's. Throws when the program can't be started.
    package static func run(
        program: String,
        arguments: [String],
        signals: some AsyncSequence<Int32, Never> & Sendable,
        input: CInt? = 0
    ) async throws -> ExitStatus {
        ProcessGroup.lead()
        let configuration = Configuration(
            executable: .program(program),
            arguments: Arguments(arguments)
        )
        let child = Child()
        let status = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in signals { child.send(signal) }
            }
            if let input {
                group.addTask {
                    do {
                        try await ParentWatch.waitForEndOfFile(on: input)
                    } catch {
                        // Cancelled because the program has ended, or nothing that could be watched.
                        return
                    }
                    ProcessGroup.endOwn()
                }
            }
            defer { group.cancelAll() }
            let result = try await Subprocess.run(
                configuration,
                input: .none,
                output: .currentStandardOutput,
                error: .currentStandardError
            ) { child.started($0.processIdentifier.value) }
            child.ended()
            return result.terminationStatus
        }
        // In a session without a parent's group the descendants are left to whoever supervises the guard.
        _ = ProcessGroup.endOthers()
        switch status {
        case .exited(let code): return .code(code)
        case .signaled(let signal): return .signal(signal)
        }
    }
    /// The program's process, for as long as its number is its own.
    private final class Child: Sendable {
        private struct State {
            var pid: pid_t?
            /// Signals that came before the program was there.
            var early: [Int32] = []
        }

        private let state = Mutex(State())

        func started(_ pid: pid_t) {
            state.withLock { state in
                state.pid = pid
                for signal in state.early { kill(pid, signal) }
                state.early = []
            }
        }

        func send(_ signal: Int32) {
            state.withLock { state in
                if let pid = state.pid {
                    kill(pid, signal)
                } else {
                    state.early.append(signal)
                }
            }
        }

        func ended() {
            state.withLock { $0.pid = nil }
        }
    }
}
