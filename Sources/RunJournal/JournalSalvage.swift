import Coordination
import Flashpoints
import FoundationEssentials
import GRDB

/// What was saved out of a damaged journal, and what was not.
package struct SalvageReport: Sendable, Hashable {
    /// Where the damaged journal is now, as it was found.
    package var damagedPath: String
    /// Events that could be read, from the first one on.
    package var events: Int
    /// Wall time of the last of them, in milliseconds since 1970.
    package var until: Int64?
    package var results: Int
    /// Flashpoints that were told to be ok and whose results are gone; they are pending again.
    package var lostResults: Int
    package var flashpoints: Int
    /// What the damage was, when reading met it.
    package var damage: String?
}

extension SalvageReport: CustomStringConvertible {
    package var description: String {
        let time = until.map { " up to \(WallTime.text($0))" } ?? ""
        let cause = damage.map { " (\($0))" } ?? ""
        let lost =
            lostResults == 0
            ? "no result that it told of is lost"
            : "\(lostResults) results that it told of are lost, and their flashpoints are pending again"
        return "the journal was damaged\(cause): kept are \(events) events\(time) and \(results) results of "
            + "\(flashpoints) flashpoints; \(lost); what came later is pending or asked for again on resume; the damaged "
            + "file is \(damagedPath)"
    }
}

/// Makes a whole journal of what can be read of a damaged one.
///
/// The damaged file is only read, and kept under another name.
package enum JournalSalvage {
    /// A point in the work where a process may die.
    package enum Moment: Sendable, Hashable {
        case begun
        /// There is a whole journal beside the damaged one.
        case copied
        /// The damaged journal has its second name.
        case linked
        /// The new journal waits beside the damaged one.
        case staged
        /// The damaged journal's log has its second name alone.
        case unlinked
        case renamed
    }

    /// Replaces the run's journal by what can be saved of it: the plan, the events from the first one to the first that
    /// is damaged, and every result that fits its checksum, also of flashpoints whose events are gone.
    ///
    /// Takes the run's lock while it works. Costs about as much as writing the run's results again.
    ///
    /// - Parameter moment: Told of every moment as it comes; for tests that end the process there.
    /// - Throws: `JournalError`: somebody drives the run, the file is of another program or a newer version, there is no
    ///   room, or not even the plan can be read; the journal is as it was then.
    @concurrent
    package static func salvage(
        _ folder: RunFolder,
        moment: (@Sendable (Moment) -> Void)? = nil
    ) async throws -> SalvageReport {
        let lock = try RunLock(path: folder.lockPath)
        defer { lock.release() }
        let (path, swap) = (folder.journalPath, FileSwap(folder))
        if swap.isBegun { try swap.finish() }
        guard let header = try JournalHeader.read(path) else { throw JournalError(path: path, .unfinished) }
        guard header.applicationID == JournalSchema.applicationID else { throw JournalError(path: path, .foreign) }
        guard header.version <= JournalSchema.version else {
            throw JournalError(path: path, .newer(version: header.version, known: JournalSchema.version))
        }
        let workshop = workshop(in: folder)
        try? workshop.remove()
        do {
            try FileManager.default.createDirectory(atPath: workshop.path, withIntermediateDirectories: true)
            defer { try? workshop.remove() }
            moment?(.begun)
            let source = try DamagedJournal(folder)
            let frame = try source.frame()
            let plan = try source.plan(frame)
            let journal = try await SQLiteJournal.create(in: workshop)
            try await journal.append(plan, createdAt: frame.createdAt)
            var report = try await copy(source, plan, createdAt: frame.createdAt, to: journal)
            try journal.close()
            try source.close()
            moment?(.copied)
            report.damagedPath = try swap.begin(with: workshop.journalPath) { moment?($0) }
            try swap.finish { moment?($0) }
            return report
        }
    }

    /// Finishes a salvage that was cut off once its journal was made: until then what the run has is not under its name.
    ///
    /// - Returns: Whether there was one.
    /// - Throws: `JournalError`; held when somebody drives the run.
    package static func finish(_ folder: RunFolder) throws(JournalError) -> Bool {
        guard FileSwap(folder).isBegun else { return false }
        let lock = try RunLock(path: folder.lockPath)
        defer { lock.release() }
        // Another process may have been faster.
        guard FileSwap(folder).isBegun else { return false }
        try FileSwap(folder).finish()
        return true
    }

    /// Removes what a salvage left that ended before its time.
    package static func tidy(_ folder: RunFolder) {
        try? workshop(in: folder).remove()
    }

    /// Where the new journal is made.
    private static func workshop(in folder: RunFolder) -> RunFolder {
        RunFolder(run: folder.run, path: "\(folder.path)/salvage")
    }

    private static func copy(
        _ source: DamagedJournal,
        _ plan: RunPlan,
        createdAt: Int64,
        to journal: SQLiteJournal
    ) async throws -> SalvageReport {
        var report = SalvageReport(
            damagedPath: "",
            events: 0,
            until: nil,
            results: 0,
            lostResults: 0,
            flashpoints: plan.header.flashpoints,
            damage: nil
        )
        var state = RunState(plan: plan)
        var (seq, t) = (0, 0.0)
        var lost: [Int] = []
        while true {
            let page = source.events(after: seq)
            var kept: [Event] = []
            for event in page.events {
                let event = source.restored(event, in: state, lost: &lost)
                _ = state.reduce(event)
                kept.append(event)
            }
            try await journal.commit(kept)
            report.events += kept.count
            if let last = kept.last { (seq, t, report.until) = (last.seq, last.t, last.at) }
            if page.damage != nil { report.damage = page.damage }
            if page.damage != nil || page.events.isEmpty { break }
        }
        // Without its first event the run has not even begun, and what follows would meet a run that never does.
        var following: [Event.Body] = seq == 0 ? [.runPlanned(plan.header)] : []
        following += source.settlements(after: seq, in: state)
        let byWorker = Dictionary(grouping: lost) { Int(state.flashpoints.worker[$0]) }
        for (worker, indices) in byWorker.sorted(by: { $0.key < $1.key }) {
            following.append(.workerRetried(worker: worker, indices: IndexList(indices.sorted())))
        }
        let at = report.until ?? createdAt
        let events = following.enumerated().map { Event(seq: seq + 1 + $0.offset, at: at, t: t, body: $0.element) }
        for event in events { _ = state.reduce(event) }
        try await journal.commit(events)
        (report.results, report.lostResults) = (state.counts.ok, lost.count)
        if let fault = state.violation() {
            throw JournalError(path: source.path, .corrupt("what can be read of it contradicts itself: \(fault)"))
        }
        if let fault = try await journal.audit(state) {
            throw JournalError(path: source.path, .inconsistent("what was salvaged is not whole: \(fault)"))
        }
        return report
    }
}

extension SQLiteJournal {
    /// Fills a new journal with the flashpoints and the split of a plan.
    fileprivate func append(_ plan: RunPlan, createdAt: Int64) async throws {
        let catalogue = plan.catalogue
        for start in stride(from: 0, to: catalogue.count, by: 1_000) {
            let page = start..<min(start + 1_000, catalogue.count)
            try await append(
                page.map { index in
                    FlashpointRow(
                        index: index,
                        id: catalogue.id(index),
                        hash: catalogue.hash(index),
                        weight: catalogue.weight(index),
                        offset: Int(catalogue.offset(index)),
                        length: catalogue.length(index),
                        line: nil
                    )
                }
            )
        }
        try await setPlan(plan.header, plan.plan, plan.policy, createdAt: createdAt)
    }
}
