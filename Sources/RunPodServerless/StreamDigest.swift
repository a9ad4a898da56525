import Coordination
import Flashpoints

/// What is worth posting of the records that have come since the last look.
///
/// Each record is a request, and they go out one after another: of many workers there may come more than a distant
/// platform takes in the time. Of what only shows where a worker stands the latest is enough; and where the backlog grows
/// nevertheless, only what a reader acts on is left.
struct StreamDigest: Sendable {
    /// More records than these are a backlog.
    static let most = 64

    /// In order.
    let records: [StreamRecord]
    /// Whether the stream can't keep up.
    let isBehind: Bool

    init(_ batch: [StreamRecord], most: Int = StreamDigest.most) {
        var shown: Set<Place> = []
        var records: [StreamRecord] = []
        for record in batch.reversed() where Place(record).map({ shown.insert($0).inserted }) ?? true {
            records.append(record)
        }
        records.reverse()
        isBehind = records.count > most
        self.records = isBehind ? records.filter(\.isNeeded) : records
    }

    /// What a later record of the same worker makes moot.
    private struct Place: Hashable {
        enum Kind { case progress, heartbeat }

        var worker: Int?
        var kind: Kind

        init?(_ record: StreamRecord) {
            guard let (worker, record) = record.relayed else { return nil }
            self.worker = worker
            switch record {
            case .progress: kind = .progress
            case .heartbeat: kind = .heartbeat
            case .start, .log, .result, .end, .coordinated: return nil
            }
        }
    }
}

extension StreamRecord {
    /// The index of the flashpoint whose outcome it tells; nil for any other record.
    var settledIndex: Int? {
        guard case .result(let result) = relayed?.record else { return nil }
        return result.index
    }

    /// Whether a reader does anything about it but show it.
    fileprivate var isNeeded: Bool {
        // What is known of a job has no record of a worker's.
        guard let record = relayed?.record else { return true }
        switch record {
        case .result, .end, .coordinated: return true
        case .log(let level, _): return (LogLevel(rawValue: level) ?? .info) >= .warning
        case .start, .progress, .heartbeat: return false
        }
    }
}
