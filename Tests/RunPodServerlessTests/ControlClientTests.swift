import Coordination
import Flashpoints
import FoundationEssentials
import Logging
import RunEngine
import RunJournal
import Settings
import TestSupport
import Testing

@testable import RunPodServerless

@Suite("Commands from another process", .timeLimit(.minutes(5)))
struct ControlClientTests {
    private func settings(_ home: URL) throws -> Settings {
        let environment = ["ETL_DASH_HOME": home.path, "RUNPOD_WORKERS": "1"]
        return try Settings.load(environment: environment, envFile: .none, workingDirectory: "/")
    }

    private func launcher(_ settings: Settings) throws -> RunLauncher {
        RunLauncher(
            settings: settings,
            mode: try RunMode(settings),
            workerCommand: [],
            environment: [:],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Drives a run over pages that wait for the gate, while `body` commands it from outside.
    private func withRun(
        in home: URL,
        _ body: @escaping @Sendable (RunFolder, ControlClient<ContinuousClock>, Gate) async throws -> Void
    ) async throws -> (RunLauncher.Departure, RunFolder) {
        let gate = Gate()
        let script: ScriptedServer.Script = { _ in .answer(404).after(gate) }
        return try await withScriptedServer(script) { server in
            defer { gate.open() }
            let settings = try settings(home)
            let batch = (0..<3).map { Flashpoint(id: "fp-\($0)", feeds: [Feed(url: "\(server.url)/\($0)")]) }
            let folder = try await NewRun.create(from: .flashpoints(batch), settings: settings)
            let client = ControlClient(folder, clock: ContinuousClock())
            let departure = try await launcher(settings).drive(folder) { _ in
                try await server.waitForRequests(1)
                try await body(folder, client, gate)
            }
            return (departure, folder)
        }
    }

    private func names(_ folder: RunFolder) async throws -> [String] {
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        let names = try await journal.events(after: 0, limit: 1_000).map(\.name)
        try journal.close()
        return names
    }

    @Test("A receipt means that the command is journalled; what can't be done is said as for a key")
    func receipts() async throws {
        try await withTemporaryFolder { home in
            let (departure, folder) = try await withRun(in: home) { folder, client, gate in
                let driver = try await client.ping()
                #expect(driver.run == folder.run)
                #expect(driver.pid == ProcessInfo.processInfo.processIdentifier)
                #expect(!driver.hasScreen)
                #expect(await client.send(.pause) == .accepted)
                #expect(try await names(folder).last { $0.hasPrefix("run.") } == "run.paused")
                #expect(await client.send(.pause) == .tooLate("the run is paused already"))
                #expect(
                    await client.send(.cancelWorker(9)) == .unknown("there is no worker 9; the run has workers 1 to 1")
                )
                #expect(await client.send(.proceed) == .accepted)
                gate.open()
            }
            guard case .ended = departure else {
                Issue.record("it did not end: \(departure)")
                return
            }
            let client = ControlClient(folder, clock: ContinuousClock())
            let nobody = "nobody drives this run: etl-dash resume \(folder.run) goes on with it"
            #expect(await client.send(.pause) == .tooLate(nobody))
        }
    }

    @Test("Many who command at once all get their receipts, and one pause is accepted")
    func manyHands() async throws {
        try await withTemporaryFolder { home in
            _ = try await withRun(in: home) { _, client, gate in
                let receipts = await withTaskGroup(of: Receipt.self) { group in
                    for _ in 0..<6 { group.addTask { await client.send(.pause) } }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(receipts.count == 6)
                #expect(receipts.count { $0 == .accepted } == 1)
                #expect(receipts.count { $0 == .tooLate("the run is paused already") } == 5)
                #expect(await client.send(.proceed) == .accepted)
                gate.open()
            }
        }
    }

    @Test("Stop leaves a run that can be resumed, and its log says who wanted it")
    func stop() async throws {
        try await withTemporaryFolder { home in
            let (departure, folder) = try await withRun(in: home) { _, client, _ in
                #expect(await client.stop() == .accepted)
            }
            guard case .stopped = departure else {
                Issue.record("it did not stop: \(departure)")
                return
            }
            let log = try String(contentsOf: URL(filePath: folder.logPath), encoding: .utf8)
            #expect(log.contains("Stopping, as another process asked"))
            let journal = try await SQLiteJournal.open(folder, for: .reading)
            let state = try await journal.loadState().state
            #expect(state.phase == .running)
            #expect(state.counts.settled == 0)
            try journal.close()
        }
    }

    @Test("A driver that never listens is given up on")
    func deafDriver() async throws {
        try await withTemporaryFolder { home in
            let folder = RunFolder(run: "20250101-k3f9", path: home.path)
            let lock = try RunLock(path: folder.lockPath)
            let clock = TestClock()
            async let receipt = ControlClient(folder, clock: clock).send(.pause)
            await clock.waitForSleepers(2)
            clock.advance(by: .seconds(20))
            guard case .tooLate(let why) = await receipt else {
                Issue.record("nobody could answer")
                return
            }
            #expect(why.contains("gave no answer within 20 s"))
            lock.release()
        }
    }

    @Test("A retry is the first command of a run that has ended, and it settles again")
    func retriedAfterEnd() async throws {
        try await withTemporaryFolder { home in
            let (_, folder) = try await withRun(in: home) { _, _, gate in gate.open() }
            let receipt = Gate()
            let pending = PendingCommand(command: .retryRun) { if $0 == .accepted { receipt.open() } }
            let departure = try await launcher(try settings(home)).drive(folder, first: [pending]) { _ in }
            try await receipt.wait()
            guard case .ended(let answer) = departure else {
                Issue.record("it did not end: \(departure)")
                return
            }
            #expect(answer.failed == 3)
            let names = try await names(folder)
            #expect(names.count { $0 == "run.ended" } == 2)
            #expect(names.contains("run.retried"))
        }
    }
}
