import Coordination
import Flashpoints
import GRDB

/// Reads the rows of the history, each held to its checksum.
struct EventRows {
    private let statement: DirectStatement
    private let path: String

    init(_ db: Database, _ format: JournalFormat, path: String) throws {
        statement = try DirectStatement(db, format.eventsAfter)
        self.path = path
    }

    /// Gives the events with numbers above `seq` in their order, results left out, until `body` returns false.
    ///
    /// - Throws: `JournalError` for a row that is damaged; what `body` throws.
    func forEach(after seq: Int, limit: Int = -1, _ body: (Event) throws -> Bool) throws {
        var reader = EventReader()
        statement.bind(1, seq)
        statement.bind(2, limit)
        defer { statement.reset() }
        while try statement.next() {
            guard statement.fits(1, checksum: 2) else {
                throw damage(statement.integer(0), "its checksum does not fit")
            }
            let event: Event
            do {
                event = try reader.event(statement.bytes(1))
            } catch {
                throw damage(statement.integer(0), "\(error)")
            }
            guard event.seq == statement.integer(0) else { throw damage(statement.integer(0), "it says \(event.seq)") }
            if try !body(event) { return }
        }
    }

    private func damage(_ seq: Int, _ what: String) -> JournalError {
        JournalError(path: path, .corrupt("event \(seq) can't be read (\(what))"))
    }
}
