package import Coordination
package import Flashpoints
import FoundationEssentials
import GRDB

/// What has come out of a run as it stood at one moment, whoever goes on writing it.
///
/// Everything is read in pages. While it is open the journal's write-ahead log can't be folded back, so don't keep it.
package final class ResultsSnapshot: Sendable {
    package let folder: RunFolder
    package let header: RunHeader
    private let snapshot: DatabaseSnapshot
    private let format: JournalFormat

    private init(folder: RunFolder, header: RunHeader, format: JournalFormat, snapshot: DatabaseSnapshot) {
        self.folder = folder
        self.header = header
        self.format = format
        self.snapshot = snapshot
    }

    /// Takes the moment.
    ///
    /// - Throws: `JournalError` as `SQLiteJournal.open` does.
    @concurrent
    package static func take(_ folder: RunFolder) async throws -> ResultsSnapshot {
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        let path = folder.journalPath
        return try JournalError.translating(path) {
            let snapshot = try journal.pool.makeSnapshot()
            let header = try snapshot.read { try RunStore.plannedRun($0, path: path).header }
            try journal.close()
            return ResultsSnapshot(folder: folder, header: header, format: journal.format, snapshot: snapshot)
        }
    }

    private func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        try await JournalError.translating(folder.journalPath) { try await snapshot.read(body) }
    }

    /// The run at a glance.
    package func glance() async throws -> RunGlance {
        let path = folder.journalPath
        return try await read { db in
            try RunGlance(db, try RunStore.plannedRun(db, path: path), path: path)
        }
    }

    // MARK: - The answer

    /// The run's answer: the one it ended with, else the one as it stands.
    ///
    /// - Complexity: O(flashpoints) for a run that has not ended.
    package func answer() async throws -> RunAnswer {
        if let answer = try await glance().answer { return answer }
        let header = header
        return try await read { db in
            let weights = Dictionary(
                uniqueKeysWithValues: try Row.fetchAll(
                    db,
                    sql: "SELECT worker, sum(weight) FROM flashpoint GROUP BY worker"
                ).map { row -> (Int, Double) in (row[0], row[1]) }
            )
            var speedup = Speedup(shareWeights: (1...max(header.workers, 1)).map { weights[$0] ?? 0 })
            var counts = RunGlance.Counts()
            let settled = try Row.fetchCursor(
                db,
                sql: """
                    SELECT flashpoint.worker, weight, kind, seconds FROM outcome JOIN flashpoint USING (idx) ORDER BY idx
                    """
            )
            while let row = try settled.next() {
                speedup.settled(worker: row[0], weight: row[1], seconds: row[3])
                switch row[2] as String {
                case "ok": counts.ok += 1
                case "failed": counts.failed += 1
                default: counts.cancelled += 1
                }
            }
            let first = try Row.fetchOne(db, sql: "SELECT at FROM event ORDER BY seq LIMIT 1")
            let last = try Row.fetchOne(db, sql: "SELECT at, t FROM event ORDER BY seq DESC LIMIT 1")
            let begin: Int64 = first?[0] ?? 0
            return RunAnswer(
                date: header.date,
                trigger: header.trigger,
                cleanup: header.cleanup,
                workers: header.workers,
                durationSeconds: last?[1] ?? 0,
                run: header.run,
                flashpoints: header.flashpoints,
                succeeded: counts.ok,
                failed: counts.failed,
                cancelled: counts.cancelled,
                wallSeconds: Double((last?[0] ?? begin) - begin) / 1_000,
                speedup: speedup
            )
        }
    }

    // MARK: - Outcomes

    /// The flashpoints at these positions in input order.
    ///
    /// - Parameters:
    ///   - isFailedOnly: Whether only those are given that failed or were cancelled.
    ///   - includingResults: Whether results are read too; they may be large, so ask for few positions then.
    package func outcomes(
        in page: Range<Int>,
        isFailedOnly: Bool = false,
        includingResults: Bool
    ) async throws -> [FlashpointOutcome] {
        let (path, format) = (folder.journalPath, format)
        return try await read { db in
            let body = includingResults ? format.bodyAndChecksum : "NULL, NULL"
            let joined = includingResults ? "LEFT JOIN result \(format.resultOfOutcome)" : ""
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT flashpoint.idx, id, flashpoint.worker, kind, class, stage, message, attempts, seconds, \(body)
                        FROM flashpoint LEFT JOIN outcome ON outcome.idx = flashpoint.idx \(joined)
                        WHERE flashpoint.idx >= ? AND flashpoint.idx < ? \(isFailedOnly ? "AND kind <> 'ok'" : "")
                        ORDER BY flashpoint.idx
                        """
                ),
                arguments: [page.lowerBound, page.upperBound]
            )
            var outcomes: [FlashpointOutcome] = []
            while let row = try rows.next() {
                let outcome = Self.outcome(row)
                if let result = outcome.result, let checksum: Int = row[10],
                    Int(truncatingIfNeeded: Checksum.of(result)) != checksum
                {
                    throw format.damagedResult(outcome.index, path)
                }
                outcomes.append(outcome)
            }
            return outcomes
        }
    }

    private static func outcome(_ row: Row) -> FlashpointOutcome {
        let kind: FlashpointOutcome.Kind =
            switch row[3] as String? {
            case "ok"?: .ok
            case "failed"?: .failed(Failure(FailureClass(lenient: row[4]), stage: row[5], row[6] ?? "no message"))
            case .some: .cancelled
            case nil: .pending
            }
        return FlashpointOutcome(
            index: row[0],
            id: row[1],
            worker: row[2],
            kind: kind,
            seconds: row[8],
            attempts: row[7] ?? 0,
            result: (row[9] as Data?).map { Array($0) }
        )
    }

    /// Positions of which pages are read where no results are.
    private static let stride = 4_096

    /// Gives every flashpoint that failed or was cancelled, in input order and in bounded memory.
    package func eachFailed(_ body: (FlashpointOutcome) async throws -> Void) async throws {
        var start = 0
        while start < header.flashpoints {
            try Task.checkCancellation()
            let page = start..<min(start + Self.stride, header.flashpoints)
            for outcome in try await outcomes(in: page, isFailedOnly: true, includingResults: false) {
                try await body(outcome)
            }
            start = page.upperBound
        }
    }

    // MARK: - Attempts

    /// Submissions of a flashpoint that ``attempts(of:)`` tells at most, the latest ones.
    package static let attemptLimit = 32

    /// The submissions that held each of the flashpoints, in their order.
    ///
    /// One pass over the events of attempts; of the others only the names are read.
    package func attempts(of indices: Set<Int>) async throws -> [Int: [AttemptRecord]] {
        let path = folder.journalPath
        return try await read { db in
            var history = AttemptHistory(indices: indices)
            var reader = EventReader()
            let names = AttemptHistory.names.map { "'\($0)'" }.joined(separator: ", ")
            let rows = try Row.fetchCursor(
                db,
                sql: "SELECT seq, body FROM event WHERE name IN (\(names)) ORDER BY seq"
            )
            while let row = try rows.next() {
                history.take(try reader.event(row, path: path))
            }
            return history.attempts
        }
    }
}

// MARK: - When it happened

extension ResultsSnapshot {
    /// Events before an outcome among which the begin of its flashpoint is looked for.
    private static let reach = 20_000

    /// When each of the flashpoints was begun for the last time, where that was told, and when it settled; by the wall
    /// clock in milliseconds since 1970.
    package func spans(of indices: Set<Int>) async throws -> [Int: (begun: Int64?, settled: Int64)] {
        let path = folder.journalPath
        return try await read { db in
            var spans: [Int: (begun: Int64?, settled: Int64)] = [:]
            for index in indices {
                let sql = "SELECT seq, event.at FROM outcome JOIN event USING (seq) WHERE idx = ?"
                guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [index]) else { continue }
                spans[index] = (try Self.begin(of: index, before: row[0], db, path), row[1])
            }
            return spans
        }
    }

    private static func begin(of index: Int, before seq: Int, _ db: Database, _ path: String) throws -> Int64? {
        var reader = EventReader()
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT seq, body FROM event WHERE seq < ? AND seq >= ? AND name = 'flashpoint.started'
                    ORDER BY seq DESC
                    """
            ),
            arguments: [seq, seq - reach]
        )
        while let row = try rows.next() {
            let event = try reader.event(row, path: path)
            if case .flashpointStarted(_, index, _) = event.body { return event.at }
        }
        return nil
    }

    /// Which of the words are ids of the run's flashpoints.
    package func ids(among words: Set<String>) async throws -> Set<String> {
        try await read { db in
            let ids = try db.cachedStatement(sql: "SELECT EXISTS (SELECT * FROM flashpoint WHERE id = ?)")
            return try words.filter { try Bool.fetchOne(ids, arguments: [$0]) ?? false }
        }
    }
}

extension ResultsSnapshot: RunResults {
    package func results(in page: Range<Int>) async throws -> [[UInt8]?] {
        try await outcomes(in: page, includingResults: true).map(\.result)
    }

    package func failures(from index: Int) async throws -> [RunFailure] {
        var start = index
        while start < header.flashpoints {
            let page = start..<min(start + Self.stride, header.flashpoints)
            let failed = try await outcomes(in: page, isFailedOnly: true, includingResults: false)
            let failures = failed.compactMap(\.runFailure)
            if !failures.isEmpty { return failures }
            start = page.upperBound
        }
        return []
    }
}

extension FlashpointOutcome {
    /// As an answer lists it, when it failed.
    fileprivate var runFailure: RunFailure? {
        guard case .failed(let failure) = kind else { return nil }
        return RunFailure(index: index, id: id, failure: failure, attempts: attempts)
    }
}

/// The fold that finds out which submissions held some flashpoints.
private struct AttemptHistory {
    /// The events that it wants.
    static let names = [
        "attempt.intended", "attempt.accepted", "attempt.unknown", "attempt.refused", "attempt.started",
        "attempt.ended", "flashpoint.failed",
    ]

    private let indices: Set<Int>
    private(set) var attempts: [Int: [AttemptRecord]] = [:]
    /// The wanted flashpoints that a submission holds.
    private var held: [AttemptRef: [Int]] = [:]

    init(indices: Set<Int>) { self.indices = indices }

    mutating func take(_ event: Event) {
        switch event.body {
        case .attemptIntended(let ref, _, let list, _):
            let wanted = list.filter { indices.contains($0) }
            guard !wanted.isEmpty else { return }
            held[ref] = wanted
            for index in wanted {
                attempts[index, default: []].append(AttemptRecord(ref: ref, at: event.at))
                if attempts[index, default: []].count > ResultsSnapshot.attemptLimit { attempts[index]?.removeFirst() }
            }
        case .attemptAccepted(let ref, let job): change(ref) { $0.job = job }
        case .attemptUnknown(let ref, let why, _): change(ref) { $0.trouble = why }
        case .attemptRefused(let ref, let failure): change(ref) { $0.trouble = failure.message }
        case .attemptStarted(let ref, let instance, _, _): change(ref) { $0.instance = instance ?? $0.instance }
        case .attemptEnded(let ref, let end):
            change(ref) { record in
                record.end = end
                record.endedAt = event.at
            }
        case .flashpointFailed(let ref, let index, _, let failure, _):
            change(ref, of: [index]) { $0.failure = failure }
        default: break
        }
    }

    private mutating func change(_ ref: AttemptRef, of only: [Int]? = nil, _ body: (inout AttemptRecord) -> Void) {
        for index in only ?? held[ref] ?? [] {
            guard let place = attempts[index]?.lastIndex(where: { $0.ref == ref }) else { continue }
            attempts[index]?[place].change(body)
        }
    }
}

extension AttemptRecord {
    fileprivate mutating func change(_ body: (inout AttemptRecord) -> Void) { body(&self) }
}
