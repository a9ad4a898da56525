import Canvas
import Coordination
import Flashpoints
import RunEngine
import TestSupport
import Testing

import enum Dashboard.Report

@testable import Dashboard

/// Whatever is told and typed in whatever order, the model stays whole.
@Suite("The model, at random", .heavy)
struct RandomModelTests {
    private static let keys: [Key] = {
        var keys = KeyTable.rows.flatMap(\.keys)
        keys += "aAbBxyYsln0123 /é日".map { .character($0) }
        keys += [Key(.function(5)), Key(.insert), Key(.up, .shift), Key(.character("x"), .alt)]
        return keys
    }()

    /// What must hold after every message.
    private static func check(_ model: Model) -> String? {
        let lanes = model.overview.lanes
        if model.selected < 0 || model.selected > lanes.count { return "selected \(model.selected)" }
        if model.selected > 0, model.screen != .worker, !model.rows.contains(model.selected) {
            return "selected hidden"
        }
        if model.selected == 0, !model.rows.isEmpty { return "nothing selected of \(model.rows)" }
        if Set(model.rows).count != model.rows.count { return "rows \(model.rows)" }
        if !model.rows.allSatisfy((1...max(1, lanes.count)).contains) { return "rows \(model.rows)" }
        if !model.marks.isSubset(of: Set(lanes.map(\.worker))) { return "marks \(model.marks)" }
        if model.top < 0 || model.top >= max(1, model.rows.count) { return "top \(model.top) of \(model.rows.count)" }
        if model.failure < 0 || model.failure >= max(1, model.overview.failureGroups.count) { return "failure" }
        if let position = model.bottomPosition, position >= model.log.shownCount { return "log position" }
        if !model.elapsed.isFinite || model.elapsed < 0 { return "elapsed \(model.elapsed)" }
        if let cost = model.cost, !(cost.dollars >= 0) { return "cost \(cost)" }
        if let estimate = model.estimate, !(estimate.low >= 0 && estimate.low <= estimate.high) { return "\(estimate)" }
        if case .prompt(let prompt) = model.overlay, !(0...prompt.text.count).contains(prompt.cursor) {
            return "cursor"
        }
        return nil
    }

    private static func history(_ random: inout SeededGenerator) throws -> [Event] {
        let workers = Int.random(in: 1...9, using: &random)
        let seed = random.next()
        let plan = Self.plan(Int.random(in: 0...40, using: &random), workers: workers)
        return try Simulation.play(plan) { index in
            var random = SeededGenerator(seed: seed &+ UInt64(index))
            return Double.random(in: 0.1...20, using: &random)
        }.events
    }

    private static func plan(_ flashpoints: Int, workers: Int) -> RunPlan {
        var catalogue = Catalogue()
        let hash = String(repeating: "0123456789abcdef", count: 2)
        for index in 0..<flashpoints {
            catalogue.append(id: "fp-\(index)", hash: hash, weight: 1, offset: 0, length: 100)
        }
        let items = Array(repeating: PlanItem(weight: 1, bytes: 100), count: flashpoints)
        let plan = Plan(items, workers: workers, limits: ChunkLimits(flashpoints: 7))
        return RunPlan(
            header: Run.header(plan.shares.map(\.count)),
            catalogue: catalogue,
            plan: plan,
            policy: RunPolicy()
        )
    }

    @Test(
        "Runs in order: every flashpoint is counted once, and progress never falls",
        arguments: 0..<20 as Range<UInt64>
    )
    func inOrder(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let events = try Self.history(&random)
        var model = Run.model([])
        var progress = 0
        for event in events {
            _ = model.update(.report(.events([event])), now: event.at)
            #expect(Self.check(model) == nil)
            let counts = model.overview.counts
            #expect(counts.settled >= progress)
            progress = counts.settled
            let lanes = model.overview.lanes
            #expect(lanes.reduce(0) { $0 + $1.settled } == counts.settled)
            #expect(lanes.allSatisfy { $0.settled <= $0.share })
        }
        #expect(progress == model.overview.total)
        #expect(model.overview.phase == .ended)
        #expect(!model.isLive)
    }

    @Test("Late, doubled, foreign and shuffled events do no harm", arguments: 0..<20 as Range<UInt64>)
    func anyOrder(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var events = try Self.history(&random)
        events += events.shuffled(using: &random).prefix(events.count / 3)
        for worker in [-1, 0, 77] {
            events.append(Event(seq: 1, at: 0, t: 0, body: Run.ok(worker, worker)))
            events.append(Event(seq: 1, at: 0, t: 1e9, body: .workerRetried(worker: worker, indices: nil)))
            events.append(Event(seq: 1, at: .max, t: 0, body: .workerCancelRequested(worker: worker)))
        }
        events.shuffle(using: &random)
        var setup = Run.setup()
        setup.pricePerSecond = 1
        var model = Run.model([], setup: setup)
        for event in events {
            _ = model.update(.report(.events([event])), now: Int64.random(in: 0...100_000, using: &random))
            if let fault = Self.check(model) { Issue.record("\(fault) after \(event.name)") }
        }
    }

    @Test(
        "Ten thousand keys crash nothing, break nothing, and leave only when asked to",
        arguments: 0..<5 as Range<UInt64>
    )
    func keys(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let events = try Self.history(&random)
        var role = Dashboard.Role.driver
        if seed % 5 == 3 { role = .attached }
        if seed % 5 == 4 { role = .replay(speed: 3) }
        var model = Run.model([], setup: Run.setup(role))
        var now: Int64 = 0
        var told = 0
        for _ in 0..<10_000 {
            now += Int64.random(in: 0...1_500, using: &random)
            var message = Message.input(.key(Self.keys.randomElement(using: &random) ?? Key(.escape)))
            switch Int.random(in: 0..<60, using: &random) {
            case 0:
                let count = min(Int.random(in: 0...3, using: &random), events.count - told)
                message = .report(.events(Array(events[told..<told + count])))
                told += count
            case 1:
                let level = LogLevel.allCases.randomElement(using: &random) ?? .info
                let entry = LogEntry(
                    at: now,
                    level: level,
                    worker: Int.random(in: 1...9, using: &random),
                    message: "line é \(now)"
                )
                message = .report(.lines(Array(repeating: entry, count: 20), lost: 1))
            case 2:
                let size = Size(Int.random(in: 0...140, using: &random), Int.random(in: 0...50, using: &random))
                message = .input(.resized(size))
            case 3: message = .slice
            case 4: message = .tick
            default: break
            }
            let before = model
            let actions = model.update(message, now: now)
            if let fault = Self.check(model) { Issue.record("\(fault) after \(message)") }
            for action in actions {
                switch action {
                case .leave(let departure): #expect(Self.mayLeave(departure, before, message), "\(message)")
                case .send(let commands):
                    #expect(!commands.isEmpty)
                    #expect(!before.isReadOnly)
                default: break
                }
            }
        }
    }

    /// Whether the message asks for this way out of the model as it was.
    private static func mayLeave(_ departure: Dashboard.Departure, _ model: Model, _ message: Message) -> Bool {
        guard case .input(.key(let key)) = message else { return false }
        switch departure {
        case .interrupt: return key == .control("c") && model.interruptedAt != nil
        case .stop, .background:
            guard case .dialog(let dialog) = model.overlay, dialog.purpose == .leave else { return false }
            return key == .character(departure == .stop ? "s" : "b")
        case .quit:
            let isDriven = model.setup.role == .driver && model.isLive && model.live.overview.phase == .running
            return key == .character("q") && model.overlay == nil && model.screen == .main && !isDriven
        case .hangup: return false
        }
    }
}
