import Coordination
import Flashpoints
import FoundationEssentials
import RunEngine
import RunJournal
import RunPodAPI

/// One history: a run from its planning to its end, through as many drivers as it takes.
struct History: Sendable {
    /// What a history leaves behind.
    struct Record: Sendable {
        var events: [Event]
        var coverage: Coverage
        /// How drivers ended, and how often.
        var endings: [String: Int]
        var struck: Bool
    }

    private enum Ending: Sendable {
        case left(RunState, isEnd: Bool)
        case failed(any Error)
        case over

        var word: String {
            switch self {
            case .left(_, isEnd: true): "ended"
            case .left(let state, isEnd: false): state.halted == nil ? "stopped" : "halted"
            case .failed(is JournalError): "without journal"
            case .failed(is Killed), .over: "killed"
            case .failed: "failed"
            }
        }
    }

    private let scene: Scene
    private let disk: Disk
    private let sources: Dice
    private let spool: SpoolReader

    private static let mostLives = 80
    /// Seconds after the calm without anything being journalled, after which a run counts as stuck.
    private static let patience: Double = 43_200

    private var scenario: Scenario { scene.scenario }

    /// Plays the history of a seed.
    ///
    /// - Parameter spool: Any; jobs carry ids alone.
    /// - Throws: ``Fault``.
    static func play(_ seed: UInt64, _ spool: SpoolReader, sabotage: Sabotage.Kind? = nil) throws -> Record {
        let scenario = Scenario(seed: seed)
        let plan = scenario.plan
        let oracle = Oracle(scenario, plan: plan, comparesJournal: sabotage == nil)
        let saboteur = sabotage.map { Sabotage($0, plan: plan) }
        do {
            let endings = try VirtualTime.run(startingAt: 1_700_000_000_000) { clock in
                let scene = Scene(scenario, plan: plan, clock: clock, oracle: oracle, sabotage: saboteur)
                let disk = Disk(scenario, clock: clock, oracle: oracle, sabotage: saboteur)
                let history = History(scene, disk: disk, spool: spool)
                return try await history.play()
            }
            return Record(
                events: oracle.read(\.events),
                coverage: oracle.coverage,
                endings: endings,
                struck: saboteur?.struck ?? false
            )
        } catch let fault as Fault {
            throw fault
        } catch {
            try oracle.check("\(error)")
            throw error
        }
    }

    private init(_ scene: Scene, disk: Disk, spool: SpoolReader) {
        self.spool = spool
        self.scene = scene
        self.disk = disk
        sources = Dice(seed: scene.scenario.seed &* 17 &+ 5)
    }

    // MARK: - Lives

    private func play() async throws -> [String: Int] {
        var endings: [String: Int] = [:]
        var reopenings = scenario.reopenings
        var lives = 0
        var wish: Command?
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await stepClocks() }
            defer { group.cancelAll() }
            while true {
                lives += 1
                if lives > Self.mostLives {
                    try scene.oracle.check("the run takes more than \(Self.mostLives) drivers")
                }
                let ending = try await live(lives, wish: wish)
                wish = nil
                endings[ending.word, default: 0] += 1
                try scene.oracle.check()
                if case .left(_, isEnd: true) = ending {
                    guard reopenings > 0 else { break }
                    reopenings -= 1
                    let worker = sources.within(1...scenario.workers)
                    wish = sources.chance(0.5) ? .retryRun : .retryWorker(worker, indices: nil)
                }
                let downtime = sources.pick(0, 1, 60, 700, 2_100, 10_000)
                try await scene.clock.sleep(for: .seconds(downtime))
            }
            try scene.oracle.ended(scene.endpoint { endpoint, _ in endpoint })
            return endings
        }
    }

    /// Steps and stops the wall clock when the scenario says so.
    private func stepClocks() async {
        for step in scenario.steps.sorted(by: { $0.at < $1.at }) {
            let wait = step.at - scene.clock.seconds
            guard (try? await scene.clock.sleep(for: .seconds(max(0, wait)))) != nil else { return }
            scene.take(step)
        }
    }

    private func live(_ number: Int, wish: Command?) async throws -> Ending {
        let kill =
            scene.clock.seconds < scenario.calmAt && number <= scenario.kills.count
            ? scenario.kills[number - 1] : nil
        let life = Life(kill: kill)
        let address = scenario.isLocal ? "http://127.0.0.1:1/v2/local#\(number)" : "https://api.runpod.ai/v2/simulated"
        let ending: Ending
        if scenario.isHTTP {
            let backend = try realBackend(number, life)
            ending = try await drive(number, life, backend, wish: wish)
        } else {
            let backend = EndpointBackend(scene, endpoint: address, life: number)
            ending = try await drive(number, life, backend, wish: wish)
        }
        life.end()
        if scenario.isLocal { scene.endpoint { endpoint, _ in endpoint.collapse() } }
        switch ending {
        case .left(let state, _): try scene.oracle.left(state)
        case .failed(let error):
            try scene.oracle.left(nil)
            switch error {
            case is Killed, is CancellationError, is JournalError: break
            default: try scene.oracle.check("the driver ended with \(error)")
            }
        case .over: try scene.oracle.left(nil)
        }
        return ending
    }

    /// The backend of real runs over the simulated network.
    private func realBackend(_ number: Int, _ life: Life) throws -> RunPodBackend<VirtualTime> {
        let (scene, sources) = (scene, sources)
        let network = EndpointNetwork(scene, life: life, number: number)
        let address = try EndpointAddress("https://api.runpod.ai/v2/simulated")
        guard let credential = Credential("rpa_simulated_key") else { throw Killed() }
        let limits = JobBodies.Limits(requestTimeout: .seconds(120), jobTimeout: .seconds(86_400))
        return RunPodBackend(
            client: RunPodClient(
                address: address,
                credential: credential,
                control: network,
                polls: network,
                pacing: RateLimiter(clock: scene.clock),
                wallClock: { Date(timeIntervalSince1970: Double(scene.wallTime) / 1_000) }
            ),
            instance: scenario.isLocal ? "\(number)" : nil,
            bodies: JobBodies(plan: scene.plan, spool: spool, limits: limits, payload: .ids, logLevel: "INFO"),
            clock: scene.clock,
            sources: .init(chance: { sources.fraction() }, wallTime: { scene.wallTime }),
            healthInterval: .seconds(600)
        )
    }

    private func drive<B: Backend>(_ number: Int, _ life: Life, _ backend: B, wish: Command?) async throws -> Ending {
        let control = RunControl()
        if let wish { _ = await control.send(PendingCommand(command: wish) { _ in }) }
        let journal = Disk.Handle(disk: disk, life: life)
        let (scene, sources) = (scene, sources)
        let driver = RunDriver(
            state: scene.oracle.folded,
            seq: disk.events.last?.seq ?? 0,
            clock: scene.clock,
            backend: WatchedBackend(inner: backend, life: life, oracle: scene.oracle, sabotage: scene.sabotage),
            journal: journal,
            sources: .init(
                wallTime: { scene.wallTime },
                chance: { sources.fraction() },
                nonce: { "nonce-\(number)-\(sources.below(1 << 40))" }
            ),
            control: control,
            feed: EventFeed(journal: journal),
            options: DriverOptions(asksOperator: scenario.asksOperator) { _ in life.pass() }
        )
        return await withTaskGroup(of: Ending?.self) { group in
            group.addTask {
                do {
                    let (outcome, state) = try await driver.run()
                    // That state is ahead of its journal.
                    if case .unkept(let error) = outcome { return .failed(error) }
                    return .left(state, isEnd: outcome == .ended)
                } catch {
                    return .failed(error)
                }
            }
            group.addTask {
                await life.untilKilled(scene.clock)
                return .over
            }
            group.addTask {
                await operate(control)
                return nil
            }
            group.addTask { await watch(control) }
            var ending: Ending?
            for await one in group {
                guard let one else { continue }
                ending = ending ?? one
                group.cancelAll()
            }
            return ending ?? .over
        }
    }

    // MARK: - The operator

    private func operate(_ control: RunControl) async {
        for order in scenario.orders {
            let wait = order.at - scene.clock.seconds
            guard wait >= 0 else { continue }
            guard (try? await scene.clock.sleep(for: .seconds(wait))) != nil else { return }
            if let command = order.command { _ = await control.send(command) } else { await control.stop() }
        }
        let calm = scenario.calmAt - scene.clock.seconds
        if calm > 0 { try? await scene.clock.sleep(for: .seconds(calm)) }
        // In the calm the operator lets go on whatever was paused.
        while (try? await scene.clock.sleep(for: .seconds(300))) != nil {
            _ = await control.send(.proceed)
        }
    }

    /// Ends the driver of a run to which nothing happens any more.
    private func watch(_ control: RunControl) async -> Ending? {
        var mark = -1
        var since = scene.clock.seconds
        while (try? await scene.clock.sleep(for: .seconds(3_600))) != nil {
            let now = scene.oracle.read { $0.progress }
            if now != mark { (mark, since) = (now, scene.clock.seconds) }
            guard scene.clock.seconds - since > Self.patience else { continue }
            try? scene.oracle.check("nothing has been journalled for \(Self.patience) s")
            return .over
        }
        return nil
    }
}
