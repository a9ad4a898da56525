import ArgumentParser
import Coordination
import Flashpoints
import RunEngine
import RunJournal

/// Drives a whole run over workers that take no time: with its journal in memory and virtual time, or on this disk.
struct EngineBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Drive a run over workers that take no time."
    )

    @Option(help: "Flashpoints of the run.")
    var flashpoints = 20_000

    @Option(help: "Workers.")
    var workers = 16

    @Option(help: "Flashpoints of a chunk, at most.")
    var perChunk = 10

    @Flag(help: "Keep the run on this disk, every batch fully synced.")
    var journal = false

    @Option(help: "Bytes of a result, with --journal.")
    var resultBytes = 3_000

    func run() async throws {
        let (plan, rows) = benchPlan(flashpoints: flashpoints, workers: workers, perChunk: perChunk)
        guard journal else {
            let (played, measured) = try await Measurement.of {
                try Simulation.play(plan) { _ in 10 }
            }
            return print(measured.line("\(flashpoints) flashpoints, \(played.events.count) events", count: flashpoints))
        }
        try await withBenchFolder { home in
            let journal = try await benchJournal(home: home, plan, rows)
            let driver = RunDriver(
                state: RunState(plan: plan),
                seq: 0,
                clock: ContinuousClock(),
                backend: BenchBackend(catalogue: plan.catalogue, result: benchResult(bytes: resultBytes)),
                journal: journal,
                sources: RunDriver<ContinuousClock, BenchBackend, SQLiteJournal>.Sources(
                    wallTime: { 1_759_406_671_120 },
                    chance: { 0.5 },
                    nonce: { "0123456789abcdef" }
                ),
                control: RunControl(),
                feed: EventFeed(journal: journal)
            )
            let ((_, state), measured) = try await Measurement.of { try await driver.run() }
            print(measured.line("\(state.counts.ok) flashpoints driven, journal on this disk", count: flashpoints))
            print(Goal.table([Self.goal(measured, flashpoints: flashpoints, perChunk: perChunk)]))
            if let fault = try await journal.audit(state) { print("the journal is wrong: \(fault)") }
            try journal.close()
        }
    }

    static func goal(_ measured: Measurement, flashpoints: Int, perChunk: Int) -> Goal {
        let isJudged = perChunk == 10
        return Goal(
            "engine and journal, processor time a flashpoint",
            .atMost(20),
            "µs",
            isJudged ? measured.cpuSeconds / Double(max(flashpoints, 1)) * 1_000_000 : nil,
            excuse: isJudged ? nil : "the goal is for ten flashpoints a chunk"
        )
    }
}
