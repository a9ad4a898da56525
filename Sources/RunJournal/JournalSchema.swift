import GRDB

/// The tables of a journal and the way from older ones to them.
enum JournalSchema {
    /// Marks the file as a journal of this program: `etld` in ASCII.
    static let applicationID = 0x6574_6C64

    /// The newest format, written to `user_version`: the number of migrations.
    static let version = migrator.migrations.count

    /// Named steps, in order; one that was ever released is never changed.
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("run, flashpoints, events, outcomes") { db in
            // `run` has its row from the moment the whole batch is planned: without it there is no run.
            // `outcome` is the current one, `event` the history it comes from; results are kept once, beside both.
            try db.execute(
                sql: """
                    CREATE TABLE run (
                        only INTEGER PRIMARY KEY CHECK (only = 1),
                        id TEXT NOT NULL, created INTEGER NOT NULL, header TEXT NOT NULL, policy TEXT NOT NULL
                    );
                    CREATE TABLE chunk (
                        id INTEGER PRIMARY KEY, worker INTEGER NOT NULL, is_oversize INTEGER NOT NULL
                    );
                    CREATE TABLE flashpoint (
                        idx INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, weight REAL NOT NULL,
                        offset INTEGER NOT NULL, length INTEGER NOT NULL,
                        worker INTEGER, chunk INTEGER REFERENCES chunk (id)
                    );
                    CREATE TABLE event (
                        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, t REAL NOT NULL, name TEXT NOT NULL,
                        body TEXT NOT NULL
                    );
                    CREATE TABLE outcome (
                        idx INTEGER PRIMARY KEY REFERENCES flashpoint (idx), seq INTEGER NOT NULL,
                        worker INTEGER NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('ok', 'failed', 'cancelled')),
                        class TEXT, stage TEXT, message TEXT, attempts INTEGER NOT NULL, seconds REAL
                    );
                    CREATE INDEX outcome_failed ON outcome (idx) WHERE kind = 'failed';
                    CREATE INDEX outcome_retriable ON outcome (worker, idx) WHERE kind <> 'ok';
                    CREATE TABLE result (
                        idx INTEGER PRIMARY KEY REFERENCES flashpoint (idx), seq INTEGER NOT NULL, attempt INTEGER,
                        body BLOB NOT NULL
                    );
                    """
            )
            try mark(db, version: 1)
        }
        migrator.registerMigration("results by event, checksums, packed plan and state") { db in
            // A result follows the number of its event, so that tables only ever grow at their end. A checksum is absent
            // in rows that are older than it. `packed` holds the plan and at times the state, for a quick resume; both
            // are in the other tables too.
            try db.execute(
                sql: """
                    CREATE TABLE result_by_event (seq INTEGER PRIMARY KEY, checksum INTEGER, body BLOB NOT NULL);
                    INSERT INTO result_by_event (seq, body) SELECT seq, body FROM result ORDER BY seq;
                    DROP TABLE result;
                    ALTER TABLE result_by_event RENAME TO result;
                    ALTER TABLE event ADD COLUMN checksum INTEGER;
                    CREATE TABLE packed (id INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, body BLOB NOT NULL);
                    CREATE TABLE snapshot (only INTEGER PRIMARY KEY CHECK (only = 1), seq INTEGER NOT NULL);
                    """
            )
            try mark(db, version: 2)
        }
        return migrator
    }()

    private static func mark(_ db: Database, version: Int) throws {
        try db.execute(sql: "PRAGMA application_id = \(applicationID)")
        try db.execute(sql: "PRAGMA user_version = \(version)")
    }
}
