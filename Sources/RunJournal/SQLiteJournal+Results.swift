package import Flashpoints
import FoundationEssentials
import GRDB

extension SQLiteJournal: RunResults {
    private static let failurePage = 256

    package func results(in page: Range<Int>) async throws -> [[UInt8]?] {
        try await read { db in
            var results = [[UInt8]?](repeating: nil, count: page.count)
            let rows = try Row.fetchCursor(
                db.cachedStatement(sql: "SELECT idx, body FROM result WHERE idx >= ? AND idx < ?"),
                arguments: [page.lowerBound, page.upperBound]
            )
            while let row = try rows.next() {
                results[row[0] - page.lowerBound] = Array(row[1] as Data)
            }
            return results
        }
    }

    package func failures(from index: Int) async throws -> [RunFailure] {
        try await read { db in
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT idx, id, class, stage, message, attempts FROM outcome JOIN flashpoint USING (idx)
                        WHERE kind = 'failed' AND idx >= ? ORDER BY idx LIMIT ?
                        """
                ),
                arguments: [index, Self.failurePage]
            )
            var failures: [RunFailure] = []
            while let row = try rows.next() {
                let failure = Failure(FailureClass(lenient: row[2]), stage: row[3], row[4] ?? "no message")
                failures.append(RunFailure(index: row[0], id: row[1], failure: failure, attempts: row[5]))
            }
            return failures
        }
    }
}
