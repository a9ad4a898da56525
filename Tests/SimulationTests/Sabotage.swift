import Coordination
import Flashpoints
import Synchronization

/// A fault planted between parts of ours, once in a history, to see that it is found.
final class Sabotage: Sendable {
    enum Kind: Sendable, Hashable, CaseIterable {
        /// The journal leaves out a result.
        case dropsResult
        /// The journal leaves out a job's id.
        case forgetsJob
        /// The journal acknowledges a batch that it did not keep.
        case losesCommit
        /// The journal keeps a batch twice.
        case repeatsCommit
        /// A result comes again under the labels of another flashpoint.
        case doublesResult
        /// Results come under the labels of their neighbours.
        case shiftsResults
        /// A result never gets to the driver.
        case swallowsReport
        /// A submission is sent twice.
        case submitsTwice
        /// A submission's intent is lost, so that it goes out unknown to the journal.
        case forgetsIntent
        /// A resumed driver gives up every job that it knows, and submits its flashpoints again.
        case abandonsJobs
        /// The backend of a resumed driver tells of every job that it is lost, whatever the endpoint says.
        case losesJobs
    }

    let kind: Kind
    private let plan: RunPlan
    private let hasStruck = Mutex(false)

    init(_ kind: Kind, plan: RunPlan) {
        self.kind = kind
        self.plan = plan
    }

    /// Whether it has done anything.
    var struck: Bool { hasStruck.withLock { $0 } }

    /// True the first time.
    func strike() -> Bool {
        hasStruck.withLock { struck in
            defer { struck = true }
            return !struck
        }
    }

    /// What the journal keeps of a batch that it was handed.
    func kept(of events: [Event]) -> [Event] {
        switch kind {
        case .dropsResult:
            without(in: events) { if case .flashpointSettled = $0 { true } else { false } }
        case .forgetsJob:
            without(in: events) { if case .attemptAccepted = $0 { true } else { false } }
        case .forgetsIntent:
            without(in: events) { if case .attemptIntended = $0 { true } else { false } }
        case .losesCommit: events.count > 1 && (events.first?.seq ?? 0) > 5 && strike() ? [] : events
        case .repeatsCommit: (events.first?.seq ?? 0) > 5 && strike() ? events + events : events
        case .doublesResult, .shiftsResults, .swallowsReport, .submitsTwice, .abandonsJobs, .losesJobs: events
        }
    }

    private func without(in events: [Event], _ isIt: (Event.Body) -> Bool) -> [Event] {
        guard let place = events.firstIndex(where: { isIt($0.body) }), strike() else { return events }
        var events = events
        events.remove(at: place)
        return events
    }

    /// What reaches the driver of a report.
    func delivered(of report: Report) -> [Report] {
        guard case .result(let ref, let result) = report.asResult, case .success = result.outcome else {
            return [report]
        }
        let count = plan.catalogue.count
        switch kind {
        case .doublesResult:
            guard let other = neighbour(of: result, count: count), strike() else { return [report] }
            return [report, .result(ref, other)]
        case .shiftsResults:
            guard let other = neighbour(of: result, count: count) else { return [report] }
            _ = strike()
            return [.result(ref, other)]
        case .swallowsReport:
            return strike() ? [] : [report]
        case .dropsResult, .forgetsJob, .losesCommit, .repeatsCommit, .submitsTwice, .forgetsIntent, .abandonsJobs,
            .losesJobs:
            return [report]
        }
    }

    /// The result under the labels of the next flashpoint of its worker.
    private func neighbour(of result: ItemResult, count: Int) -> ItemResult? {
        let owner = plan.plan.shares.first { $0.indices.contains(result.index) }
        guard let other = owner?.indices.first(where: { $0 > result.index }) else { return nil }
        var changed = result
        changed.index = other
        changed.id = plan.catalogue.id(other)
        changed.hash = plan.catalogue.hash(other)
        return changed
    }
}

extension Report {
    /// A record that is a result, as a result.
    var asResult: Report {
        guard case .record(let ref, .result(let result)) = self else { return self }
        return .result(
            ref,
            ItemResult(
                index: result.index,
                id: result.id,
                hash: result.hash,
                outcome: result.outcome,
                seconds: result.seconds
            )
        )
    }
}
