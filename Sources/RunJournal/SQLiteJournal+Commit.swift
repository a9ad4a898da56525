package import Coordination
import Flashpoints
import FoundationEssentials
import GRDB

extension SQLiteJournal: Journal {
    /// Keeps a batch in one transaction, which is on the disk when this returns.
    ///
    /// - Throws: `JournalError`; the disk being full is the one to expect.
    package func commit(_ events: [Event]) async throws {
        let kept = events.filter(\.isJournalled)
        guard !kept.isEmpty else { return }
        try await write { db in
            let writer = try EventWriter(db)
            for event in kept { try writer.write(event) }
        }
    }

    /// At most `limit` events, and some 8 MB of results.
    package func events(after seq: Int, limit: Int) async throws -> [Event] {
        try await events(after: seq, limit: limit, includingResults: true)
    }

    /// The same for who does not want the results, which stay on the disk and are `null` in the events then.
    package func events(after seq: Int, limit: Int, includingResults: Bool) async throws -> [Event] {
        let path = folder.journalPath
        return try await read { db in
            let decoder = JSONDecoder()
            let result = try db.cachedStatement(sql: "SELECT body FROM result WHERE idx = ? AND seq = ?")
            let rows = try Row.fetchCursor(
                db.cachedStatement(sql: "SELECT seq, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?"),
                arguments: [seq, limit]
            )
            var events: [Event] = []
            var bytes = 0
            while bytes < Self.pageBytes, let row = try rows.next() {
                var event = try Self.event(row, decoder: decoder, path: path)
                if includingResults, case .flashpointSettled(let settlement) = event.body, settlement.result != nil,
                    let body = try Data.fetchOne(result, arguments: [settlement.index, event.seq])
                {
                    event = event.withResult(try decoder.decode(JSONValue.self, from: body))
                    bytes += body.count
                }
                events.append(event)
            }
            return events
        }
    }

    private static let pageBytes = 8_000_000

    /// The event of a row `seq, body`, without its result.
    static func event(_ row: Row, decoder: JSONDecoder, path: String) throws -> Event {
        do {
            return try decoder.decode(Event.self, from: row[1])
        } catch {
            throw JournalError(path: path, .corrupt("event \(row[0] as Int) can't be read (\(error))"))
        }
    }
}
