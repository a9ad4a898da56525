package import Coordination
import Flashpoints
import FoundationEssentials
import GRDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension SQLiteJournal: Journal {
    /// Keeps a batch in one transaction, which is on the disk when this returns.
    ///
    /// - Throws: `JournalError`; the disk being full is the one to expect.
    package func commit(_ events: [Event]) async throws { try await commit(events, snapshot: nil) }

    /// The same; now and then the state is kept along with the batch, so that a resume has little left to fold.
    ///
    /// - Throws: `JournalError`; the disk being full is the one to expect.
    package func commit(_ events: [Event], leaving state: RunState) async throws {
        // The state goes on only when it is written: a second holder would make the driver's next change copy it.
        try await commit(events, snapshot: cadence.isDue(after: events.count, of: state.total) ? state : nil)
    }

    private func commit(_ events: [Event], snapshot: RunState?) async throws {
        guard let last = events.last(where: \.isJournalled)?.seq else { return }
        try await write { db in
            var writer = try EventWriter(db)
            for event in events where event.isJournalled { try writer.write(event) }
            if let snapshot { try Snapshot.write(snapshot, seq: last, to: db) }
        }
        cadence.kept(events.count, hasSnapshot: snapshot != nil)
    }

    /// At most `limit` events, and some 8 MB of results.
    package func events(after seq: Int, limit: Int) async throws -> [Event] {
        try await events(after: seq, limit: limit, includingResults: true)
    }

    /// The same for who does not want the results, which stay on the disk and are `null` in the events then.
    package func events(after seq: Int, limit: Int, includingResults: Bool) async throws -> [Event] {
        let (path, format) = (folder.journalPath, format)
        return try await read { db in
            let decoder = JSONDecoder()
            let result = try DirectStatement(db, format.resultOfEvent)
            var events: [Event] = []
            var bytes = 0
            try EventRows(db, format, path: path).forEach(after: seq, limit: limit) { event in
                var event = event
                if includingResults, case .flashpointSettled(let settlement) = event.body, settlement.result != nil {
                    result.bind(1, event.seq)
                    defer { result.reset() }
                    if try result.next() {
                        guard result.fits(1, checksum: 0) else { throw format.damagedResult(settlement.index, path) }
                        let body = result.bytes(1)
                        bytes += body.count
                        event = event.withResult(try decoder.decode(JSONValue.self, from: Data(body)))
                    }
                }
                events.append(event)
                return bytes < Self.pageBytes
            }
            return events
        }
    }

    private static let pageBytes = 8_000_000

    /// What a user of this machine can still write where the journal is.
    package func freeBytes() -> Int64? {
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else { return nil }
        return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }
}
