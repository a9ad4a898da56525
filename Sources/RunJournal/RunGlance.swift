package import Coordination
package import Flashpoints
import FoundationEssentials
import GRDB

/// What a list of runs tells of one: read without folding its events, in time that hardly depends on its size.
package struct RunGlance: Sendable, Hashable {
    /// Outcomes so far.
    package struct Counts: Sendable, Hashable {
        package var ok = 0
        package var failed = 0
        package var cancelled = 0

        package init(ok: Int = 0, failed: Int = 0, cancelled: Int = 0) {
            self.ok = ok
            self.failed = failed
            self.cancelled = cancelled
        }
    }

    package var header: RunHeader
    /// Wall time of its planning in milliseconds since 1970.
    package var createdAt: Int64
    package var counts: Counts
    /// The answer, when the run is at its end.
    package var answer: RunAnswer?
    /// Seconds driven so far.
    package var seconds: Double
    /// Σ seconds of the settled flashpoints; `nil` when nothing was measured.
    package var sequentialSeconds: Double?
    /// Where its first attempt went, as events have it; `nil` before.
    package var endpoint: String?

    package init(
        header: RunHeader,
        createdAt: Int64,
        counts: Counts,
        answer: RunAnswer? = nil,
        seconds: Double,
        sequentialSeconds: Double? = nil,
        endpoint: String? = nil
    ) {
        self.header = header
        self.createdAt = createdAt
        self.counts = counts
        self.answer = answer
        self.seconds = seconds
        self.sequentialSeconds = sequentialSeconds
        self.endpoint = endpoint
    }

    /// Flashpoints without an outcome.
    package var left: Int { max(0, header.flashpoints - counts.ok - counts.failed - counts.cancelled) }

    /// Sequential seconds by seconds driven; `nil` with nothing measured.
    package var speedup: Double? {
        if let answer { return answer.speedup }
        guard let sequentialSeconds, seconds > 0 else { return nil }
        return sequentialSeconds / seconds
    }
}

extension RunGlance {
    /// Rows at either end of the history that are looked at; what is looked for is among the first or the last ones.
    private static let nearby = 64

    /// Reads it from a journal.
    init(_ db: Database, _ plan: RunStore.PlannedRun, path: String) throws {
        var reader = EventReader()
        self.init(header: plan.header, createdAt: plan.createdAt, counts: Counts(), seconds: 0)
        let latest = try Row.fetchCursor(
            db,
            sql: "SELECT seq, body, t, name FROM event ORDER BY seq DESC LIMIT ?",
            arguments: [Self.nearby]
        )
        var isOpen = false
        while !isOpen, answer == nil, let row = try latest.next() {
            seconds = max(seconds, row[2])
            switch row[3] as String {
            case "run.ended":
                if case .runEnded(let ending) = try reader.event(row, path: path).body {
                    answer = ending
                }
            case "run.retried", "worker.retried", "run.resumed", "attempt.intended": isOpen = true
            default: break
            }
        }
        let first = try Row.fetchCursor(
            db,
            sql: """
                SELECT seq, body FROM (SELECT seq, body, name FROM event ORDER BY seq LIMIT ?) WHERE name = ? ORDER BY seq
                """,
            arguments: [Self.nearby, "attempt.intended"]
        )
        if let row = try first.next(),
            case .attemptIntended(_, _, _, let endpoint) = try reader.event(row, path: path).body
        {
            self.endpoint = endpoint
        }
        if let answer {
            counts = Counts(ok: answer.succeeded, failed: answer.failed, cancelled: answer.cancelled)
            sequentialSeconds = answer.sequentialSeconds
        } else {
            try count(db)
        }
    }

    private mutating func count(_ db: Database) throws {
        let kinds = try Row.fetchCursor(db, sql: "SELECT kind, count(*), sum(seconds) FROM outcome GROUP BY kind")
        while let row = try kinds.next() {
            switch row[0] as String {
            case "ok": counts.ok = row[1]
            case "failed": counts.failed = row[1]
            default: counts.cancelled = row[1]
            }
            if let seconds: Double = row[2] { sequentialSeconds = (sequentialSeconds ?? 0) + seconds }
        }
    }
}

extension EventReader {
    /// The event of a row `seq, body`, without its result.
    ///
    /// - Throws: `JournalError` when it can't be read.
    mutating func event(_ row: Row, path: String) throws -> Event {
        do {
            return try event(Array(row[1] as Data))
        } catch {
            throw JournalError(path: path, .corrupt("event \(row[0] as Int) can't be read (\(error))"))
        }
    }
}
