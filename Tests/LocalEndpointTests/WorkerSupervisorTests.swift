import FoundationEssentials
import Synchronization
import TestSupport
import Testing

@testable import LocalEndpoint

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@Suite("Worker processes")
struct WorkerSupervisorTests {
    /// What a supervisor reported.
    final class Log: Sendable {
        private let state = Mutex<(events: [WorkerSupervisor.Event], lines: [String])>(([], []))

        var events: [WorkerSupervisor.Event] { state.withLock { $0.events } }
        var lines: [String] { state.withLock { $0.lines } }
        var pids: [Int32] {
            events.compactMap { if case .started(let pid) = $0 { pid } else { nil } }
        }

        func note(_ event: WorkerSupervisor.Event) { state.withLock { $0.events.append(event) } }
        func note(_ line: String) { state.withLock { $0.lines.append(line) } }
    }

    private func supervisor(_ script: String, log: Log, grace: Duration = .seconds(5)) -> WorkerSupervisor {
        WorkerSupervisor(
            command: ["/bin/sh", "-c", script],
            podIDs: ["local-1"],
            environment: { ["PATH": "/usr/bin:/bin", "RUNPOD_POD_ID": $0] },
            grace: grace,
            onEvent: { _, event in log.note(event) },
            onLine: { _, line in log.note(line) },
            random: { 0.1 }
        )
    }

    /// Runs the supervisor while `body` runs.
    private func running(_ supervisor: WorkerSupervisor, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await supervisor.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    @Test("A worker that is to be started afresh is asked to end and comes again at once", .timeLimit(.minutes(5)))
    func refresh() async throws {
        let log = Log()
        let supervisor = supervisor("trap 'echo asked; exit 3' TERM; while :; do sleep 0.02; done", log: log)
        try await running(supervisor) {
            for round in 1...4 {
                #expect(await eventually { log.pids.count == round })
                supervisor.restart("nobody")
                if round < 4 { supervisor.restart("local-1") }
            }
        }
        #expect(Set(log.pids).count == 4)
        let pauses = log.events.compactMap { if case .restarting(let pause, _) = $0 { pause } else { nil } }
        #expect(pauses == [.zero, .zero, .zero], "four short lives, and none of them a failure")
    }

    @Test("A worker that dies is started again", .timeLimit(.minutes(5)))
    func restart() async throws {
        let log = Log()
        try await running(supervisor("cat", log: log)) {
            #expect(await eventually { log.pids.count == 1 })
            let first = try #require(log.pids.first)
            kill(first, SIGKILL)
            #expect(await eventually { log.pids.count == 2 })
            #expect(!isRunning(first))
            #expect(try isRunning(#require(log.pids.last)))
        }
        #expect(log.events.contains(.exited(.signal(SIGKILL))))
        let last = try #require(log.pids.last)
        #expect(!isRunning(last), "none is left")
    }

    @Test("What a worker leaves in its group goes with it", .timeLimit(.minutes(5)))
    func descendants() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "pids")
            let log = Log()
            // The second grandchild writes without end and holds the pipe that the supervisor reads.
            let script = """
                sleep 1000 & echo $! >> '\(file.path)'
                yes & echo $! >> '\(file.path)'
                exec cat
                """
            try await running(supervisor(script, log: log)) {
                let descendants = try await processIDs(in: file, count: 2)
                #expect(await eventually { !log.pids.isEmpty })
                kill(try #require(log.pids.first), SIGKILL)
                #expect(await eventually { !descendants.contains(where: isRunning) })
            }
            let all = try await processIDs(in: file, count: 2) + log.pids
            #expect(await eventually { !all.contains(where: isRunning) }, "shutdown leaves none")
        }
    }

    @Test("Shutdown asks with SIGTERM and hears the worker out", .timeLimit(.minutes(5)))
    func termination() async throws {
        let log = Log()
        let script = "trap 'echo leaving; exit 3' TERM; echo ready; while :; do sleep 0.05; done"
        try await running(supervisor(script, log: log)) {
            #expect(await eventually { log.lines.contains("ready") })
        }
        #expect(log.lines == ["ready", "leaving"])
        #expect(log.events.last == .exited(.code(3)))
    }

    @Test("A worker that ignores SIGTERM is killed with its group after the grace", .timeLimit(.minutes(5)))
    func stubborn() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "pids")
            let log = Log()
            let script = """
                trap '' TERM
                sleep 1000 & echo $! >> '\(file.path)'
                echo $$ >> '\(file.path)'
                while :; do sleep 1; done
                """
            var pids: [Int32] = []
            try await running(supervisor(script, log: log, grace: .milliseconds(200))) {
                pids = try await processIDs(in: file, count: 2)
            }
            #expect(log.events.last == .exited(.signal(SIGKILL)))
            #expect(await eventually { !pids.contains(where: isRunning) })
        }
    }

    @Test("A worker that closes its outputs goes on", .timeLimit(.minutes(5)))
    func closedOutputs() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "pids")
            let log = Log()
            try await running(supervisor("exec >&- 2>&-; sleep 0.2; echo $$ >> '\(file.path)'; read -r line", log: log))
            {
                let pid = try await processIDs(in: file, count: 1)
                #expect(await eventually { pid == log.pids })
                #expect(pid.allSatisfy(isRunning))
            }
            #expect(log.pids.count == 1)
        }
    }

    @Test("A program that can't be started is a crash loop that says why", .timeLimit(.minutes(5)))
    func missingProgram() async throws {
        let log = Log()
        var supervisor = supervisor("", log: log)
        supervisor.command = ["/nowhere/worker"]
        try await running(supervisor) {
            #expect(
                await eventually {
                    log.events.contains { if case .restarting(_, let loops) = $0 { loops } else { false } }
                }
            )
        }
        guard case .failedToStart(let message) = try #require(log.events.first) else {
            Issue.record("the start did not fail")
            return
        }
        #expect(message.contains("/nowhere/worker"))
        #expect(log.pids.isEmpty)
    }

    @Test("Standard output and error come line by line, the last without its newline", .timeLimit(.minutes(5)))
    func lines() async throws {
        let log = Log()
        try await running(supervisor("echo $RUNPOD_POD_ID; echo oops >&2; printf end; exec cat", log: log)) {
            #expect(await eventually { log.lines.count == 2 })
        }
        #expect(Set(log.lines) == ["local-1", "oops", "end"])
    }

    @Test("A worker learns by the end of its input that its parent was killed", .timeLimit(.minutes(5)))
    func killedParent() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "pids").path
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
                let supervisor = WorkerSupervisor(
                    command: ["/bin/sh", "-c", "echo $$ >> '\(path)'; exec cat"],
                    podIDs: ["local-1", "local-2"],
                    environment: { _ in ["PATH": "/usr/bin:/bin"] }
                )
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await supervisor.run() }
                    _ = try? await processIDs(in: URL(filePath: path), count: 2)
                    kill(getpid(), SIGKILL)
                }
            }
            let pids = try await processIDs(in: URL(filePath: path), count: 2)
            #expect(await eventually { !pids.contains(where: isRunning) })
        }
    }
}
