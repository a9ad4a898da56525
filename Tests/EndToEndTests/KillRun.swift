import Coordination
import Flashpoints
import FoundationEssentials
import RunJournal
import TestSupport

/// One run of the real binary that is killed and resumed until it ends.
struct KillRun: Sendable {
    let site: KillSite
    let etlDash: Installation
    /// On top of what every such run has.
    var environment: [String: String] = [:]

    /// Calls `body` with a run over a batch of its own; chunks of two, so that a worker gets several jobs.
    static func with<Value: Sendable>(
        _ count: Int = 6,
        environment: [String: String] = [:],
        manner: @escaping @Sendable (_ index: Int, _ number: Int) -> KillSite.Manner = { _, _ in .atOnce },
        _ body: (KillRun) async throws -> Value
    ) async throws -> Value {
        try await KillSite.with(count, manner: manner) { site in
            try await Installation.with { etlDash in
                try etlDash.write("batch.json", site.batch)
                let all = ["RUNPOD_WORKERS": "2", "ETL_CHUNK_MAX": "2"].merging(environment) { $1 }
                return try await body(KillRun(site: site, etlDash: etlDash, environment: all))
            }
        }
    }

    /// Arguments that begin the run.
    static let beginning = ["run", "batch.json", "--json", "--date", "2025-01-01"]
    /// Arguments that go on with it.
    static let resumption = ["resume", "last", "--json"]
    /// Arguments that open it again.
    static let reopening = ["retry", "last", "--json"]

    /// Begins the run, or goes on with it, and dies at the moment of that number, should it come so far.
    func drive(_ arguments: [String], crashAt moment: Int? = nil) async throws -> ChildProgram.Outcome {
        let crash = moment.map { ["ETL_DASH_CRASH_AT": "\($0)"] } ?? [:]
        return try await etlDash.run(arguments, environment: environment.merging(crash) { $1 })
    }

    /// Begins the run, or goes on with it, and gives the running program to `body`.
    func start<Value: Sendable>(
        _ arguments: [String],
        crashAt moment: Int? = nil,
        _ body: (ChildProgram) async throws -> Value
    ) async throws -> Value {
        let crash = moment.map { ["ETL_DASH_CRASH_AT": "\($0)"] } ?? [:]
        return try await etlDash.start(arguments, environment: environment.merging(crash) { $1 }, body)
    }

    /// What goes on with the run, or begins it where its driver died before there was a plan.
    func nextArguments() async throws -> [String] {
        guard let name = etlDash.runs.first else { return Self.beginning }
        let folder = RunStore(home: etlDash.home).folder(of: name)
        do {
            try await SQLiteJournal.open(folder, for: .reading).close()
            return Self.resumption
        } catch let error as JournalError where [.unfinished, .foreign].contains(error.reason) {
            // Without a plan, or even before its tables were marked.
            try folder.remove()
            return Self.beginning
        }
    }

    /// Resumes the run until nothing kills it, dying at each of the moments in turn.
    ///
    /// - Returns: Everything that is wrong in the end.
    func resume(
        dyingAt moments: [Int] = [],
        handedOutAgain: Int = 0,
        tally: KillTally
    ) async throws -> [String] {
        for moment in moments {
            let outcome = try await drive(try await nextArguments(), crashAt: moment)
            tally.resumed()
            guard tally.died(outcome) else { break }
        }
        let outcome = try await drive(try await nextArguments())
        tally.resumed()
        return try await faults(of: outcome, handedOutAgain: handedOutAgain, tally: tally)
    }

    /// Everything that is wrong with a run that has ended so.
    func faults(
        of outcome: ChildProgram.Outcome,
        handedOutAgain: Int = 0,
        mayLoseJobs: Bool = false,
        tally: KillTally
    ) async throws -> [String] {
        guard outcome.ending == .code(0) else {
            tally.lost(site.count)
            return ["it ended with \(outcome.ending): \(outcome.errorText)"]
        }
        let law = KillLaw(
            count: site.count,
            urls: (0..<site.count).map(site.url),
            answer: try outcome.answer(),
            events: try await etlDash.events(),
            fetches: site.fetches,
            handedOutAgain: handedOutAgain,
            mayLoseJobs: mayLoseJobs
        )
        tally.ended(law)
        return law.faults + (try await leftovers())
    }

    /// What a run that has ended has no right to leave.
    private func leftovers() async throws -> [String] {
        var faults: [String] = []
        let home = "ETL_DASH_HOME=\(etlDash.home)"
        if await !becomesTrue(within: .seconds(20), { ProcessTable.processes(startedWith: home).isEmpty }) {
            let names = ProcessTable.processes(startedWith: home).map { ProcessTable.arguments(of: $0) ?? [] }
            faults.append("processes are left: \(names)")
        }
        let folder = RunStore(home: etlDash.home).folder(of: try etlDash.onlyRun())
        if let holder = try RunLock.holder(path: folder.lockPath) { faults.append("the lock is held: \(holder)") }
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        let state = try await journal.loadState().state
        try journal.close()
        if let violation = state.violation() { faults.append(violation) }
        if state.phase != .ended { faults.append("the journal folds to a run that is \(state.phase)") }
        return faults
    }
}

extension Installation {
    /// The id of the only run.
    func onlyRun() throws -> String {
        guard let run = runs.first, runs.count == 1 else {
            throw Surprise(description: "there is not one run but \(runs)")
        }
        return run
    }
}
