package import Flashpoints
import GRDB

extension SQLiteJournal: RunResults {
    private static let failurePage = 256

    package func results(in page: Range<Int>) async throws -> [[UInt8]?] {
        let (path, format) = (folder.journalPath, format)
        return try await read { db in
            var results = [[UInt8]?](repeating: nil, count: page.count)
            let rows = try DirectStatement(db, format.results)
            rows.bind(1, page.lowerBound)
            rows.bind(2, page.upperBound)
            defer { rows.reset() }
            while try rows.next() {
                guard rows.fits(2, checksum: 1) else { throw format.damagedResult(rows.integer(0), path) }
                results[rows.integer(0) - page.lowerBound] = Array(rows.bytes(2))
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
