import ArgumentParser
import Coordination
import Flashpoints
import RunJournal

/// Writes the results of a run into its journal on this disk, and reads the run back.
struct JournalBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "journal", abstract: "Commit results, then resume.")

    @Option(help: "Flashpoints of the run.")
    var flashpoints = 20_000

    @Option(help: "Results committed together.")
    var perCommit = 10

    func run() async throws {
        let (plan, rows) = benchPlan(flashpoints: flashpoints, workers: 16, perChunk: 10)
        try await withBenchFolder { home in
            let folder = try RunStore(home: home).create(date: "2025-01-01") { 0.5 }
            let journal = try await SQLiteJournal.create(in: folder)
            let (_, planned) = try await Measurement.of {
                for start in stride(from: 0, to: rows.count, by: 1_000) {
                    try await journal.append(Array(rows[start..<min(start + 1_000, rows.count)]))
                }
                try await journal.setPlan(plan.header, plan.plan, plan.policy, createdAt: 0)
            }
            print(planned.line("plan of \(flashpoints) flashpoints", count: flashpoints))
            let (_, committed) = try await Measurement.of { try await commit(to: journal) }
            print(committed.line("\(flashpoints) results, \(perCommit) a commit, fully synced", count: flashpoints))
            try journal.close()
            let (state, resumed) = try await Measurement.of {
                try await SQLiteJournal.open(folder, for: .reading).loadState().state
            }
            print(resumed.line("read back, \(state.counts.settled) settled", count: flashpoints))
        }
    }

    private func commit(to journal: SQLiteJournal) async throws {
        let result: JSONValue = [
            "clusters": [["cluster_id": "c-1", "summary": "A sentence or two.", "article_count": 7]]
        ]
        for start in stride(from: 0, to: flashpoints, by: perCommit) {
            let events = (start..<min(start + perCommit, flashpoints)).map { index in
                Event(
                    seq: index + 1,
                    at: 0,
                    t: Double(index),
                    body: .flashpointSettled(
                        Settlement(
                            attempt: nil,
                            worker: 1,
                            index: index,
                            id: "flashpoint-\(index)",
                            outcome: .ok(result: result),
                            seconds: 1,
                            attempts: 1
                        )
                    )
                )
            }
            try await journal.commit(events)
        }
    }
}
