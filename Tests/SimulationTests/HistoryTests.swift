import Flashpoints
import FoundationEssentials
import TestSupport
import Testing

/// The real reducer and driver in worlds where everything goes wrong, drawn from seeds, in virtual time.
@Suite("Simulated histories", .serialized, .timeLimit(.minutes(10)))
struct HistoryTests {
    /// `ETL_SIM_HISTORIES`, or as many as a normal test run plays.
    private static let histories = number("ETL_SIM_HISTORIES") ?? 10_000
    /// `ETL_SIM_SEED`: the one history to play.
    private static let seed = number("ETL_SIM_SEED")
    /// Histories that one thread plays.
    private static let block = 100
    /// Histories that must show every transition.
    private static let enough = 8_000
    /// Faults to be shown at most.
    private static let mostFaults = 5

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    private struct Haul: Sendable {
        var coverage = Coverage()
        var faults: [String] = []
        var events = 0
        var endings: [String: Int] = [:]

        mutating func play(_ seed: UInt64, _ spool: SpoolReader) {
            do {
                let record = try History.play(seed, spool)
                coverage.merge(record.coverage)
                events += record.events.count
                endings.merge(record.endings) { $0 + $1 }
            } catch {
                faults.append("\(error)")
            }
        }

        mutating func add(_ other: Haul) {
            coverage.merge(other.coverage)
            faults += other.faults
            events += other.events
            endings.merge(other.endings) { $0 + $1 }
        }
    }

    @Test("In every history the law holds at every step, and every run comes to its end")
    func law() async throws {
        let seeds = Self.seed.map { $0..<$0 + 1 } ?? 0..<Self.histories
        let started = ContinuousClock.now
        let haul = try await Self.withSpool { await Self.play(seeds, $0) }
        for fault in haul.faults.prefix(Self.mostFaults) { Issue.record("\(fault)") }
        for line in haul.coverage.table { print(line) }
        // A few histories can't show everything.
        if seeds.count >= Self.enough, haul.faults.isEmpty {
            #expect(haul.coverage.surprises == [])
        }
        let endings = haul.endings.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        let spent = started.duration(to: .now)
        print(
            "\(seeds.count) histories in \(spent), \(haul.events) events; drivers: \(endings.joined(separator: ", "))"
        )
    }

    /// Plays histories on as many threads as there are.
    private static func play(_ seeds: Range<UInt64>, _ spool: SpoolReader) async -> Haul {
        await withTaskGroup(of: Haul.self) { group in
            var blocks = stride(from: seeds.lowerBound, to: seeds.upperBound, by: block).makeIterator()
            func addBlock() {
                guard let first = blocks.next() else { return }
                group.addTask {
                    await onBackgroundThread {
                        var haul = Haul()
                        for seed in first..<min(first + UInt64(block), seeds.upperBound) { haul.play(seed, spool) }
                        return haul
                    }
                }
            }
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { addBlock() }
            var haul = Haul()
            for await one in group {
                haul.add(one)
                if haul.faults.count < mostFaults { addBlock() }
            }
            return haul
        }
    }

    /// An empty spool: the jobs of histories carry ids alone.
    private static func withSpool<Value>(_ body: (SpoolReader) async throws -> Value) async throws -> Value {
        try await withTemporaryFolder { folder in
            try Data().write(to: folder.appending(path: InputSpool.fileName))
            return try await body(try SpoolReader(folder: folder.path()))
        }
    }

    @Test("Equal seeds give equal histories", arguments: [1, 2, 3, 10, 20, 77] as [UInt64])
    func repeatable(seed: UInt64) async throws {
        try await Self.withSpool { spool in
            let (first, second) = try await onBackgroundThread {
                Result { (try History.play(seed, spool), try History.play(seed, spool)) }
            }.get()
            #expect(first.events == second.events)
            #expect(first.endings == second.endings)
        }
    }

    @Test("A fault planted between parts of ours is found", arguments: Sabotage.Kind.allCases)
    func planted(kind: Sabotage.Kind) async throws {
        try await Self.withSpool { spool in
            let (found, struck) = await onBackgroundThread { Self.hunt(kind, spool) }
            guard let found else {
                Issue.record("\(kind) was not found in \(Self.patience) histories, in \(struck) of which it struck")
                return
            }
            print("\(kind): \(found), missed in \(struck)")
        }
    }

    /// Plays histories with a planted fault until one is found out; tells which, and in how many it struck unseen.
    private static func hunt(_ kind: Sabotage.Kind, _ spool: SpoolReader) -> (found: String?, struck: Int) {
        var struck = 0
        for seed in 1...patience {
            do {
                if try History.play(seed, spool, sabotage: kind).struck { struck += 1 }
            } catch let fault as Fault {
                return ("found in history \(seed): \(fault.what)", struck)
            } catch {
                return (nil, struck)
            }
        }
        return (nil, struck)
    }

    /// Histories in which a planted fault must be found.
    private static let patience: UInt64 = 40
}
