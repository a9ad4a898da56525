import Flashpoints
import FoundationEssentials
import GRDB
import Synchronization

/// Clusters in a SQLite file that several worker processes write at the same time.
///
/// Each day has a table `news_clusters_YYYYMMDD` with the key (flashpoint_id, cluster_id); lists are JSON arrays in
/// text columns. The file is opened at the first use, so that a wrong path costs flashpoints with a reason and not the
/// worker.
package final class SQLiteClusterStore: ClusterStore {
    private let path: String
    private let maximumConnections: Int
    private let busyTimeout: Duration
    private let database = Mutex<(any DatabaseWriter)?>(nil)

    /// Creates a store; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - path: The database file; its folder must exist.
    ///   - maximumConnections: Connections of this process at most, at least one: `DATABASE_MAX_CONNECTIONS`.
    ///   - busyTimeout: How long to wait for other processes that write.
    package init(path: String, maximumConnections: Int, busyTimeout: Duration = .seconds(15)) {
        self.path = path
        self.maximumConnections = maximumConnections
        self.busyTimeout = busyTimeout
    }

    package func load(_ clusters: [NewsCluster], of flashpoint: String, date: NewsDate, cleanup: Bool) async throws {
        do {
            try await open().write { database in
                try Self.write(clusters, of: flashpoint, into: date.tableName, cleanup: cleanup, database: database)
            }
        } catch let error as DatabaseError {
            // A cancelled transaction is rolled back and ends as interrupted.
            try Task.checkCancellation()
            throw failure(for: error)
        } catch let error as EncodingError {
            throw Failure(.permanent, "a cluster cannot be written as JSON: \(error)")
        }
    }

    private static func write(
        _ clusters: [NewsCluster],
        of flashpoint: String,
        into table: String,
        cleanup: Bool,
        database: Database
    ) throws {
        try database.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS \(table) (
                    flashpoint_id TEXT NOT NULL,
                    cluster_id TEXT NOT NULL,
                    summary TEXT NOT NULL,
                    article_count INTEGER NOT NULL,
                    top_domains TEXT NOT NULL,
                    languages TEXT NOT NULL,
                    urls TEXT NOT NULL,
                    images TEXT NOT NULL,
                    PRIMARY KEY (flashpoint_id, cluster_id)
                )
                """
        )
        if cleanup {
            try database.execute(sql: "DELETE FROM \(table) WHERE flashpoint_id = ?", arguments: [flashpoint])
        }
        let upsert = try database.cachedStatement(
            sql: """
                INSERT INTO \(table)
                    (flashpoint_id, cluster_id, summary, article_count, top_domains, languages, urls, images)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (flashpoint_id, cluster_id) DO UPDATE SET
                    summary = excluded.summary, article_count = excluded.article_count,
                    top_domains = excluded.top_domains, languages = excluded.languages,
                    urls = excluded.urls, images = excluded.images
                """
        )
        for cluster in clusters {
            try upsert.execute(arguments: [
                cluster.flashpointID, cluster.clusterID, cluster.summary, cluster.articleCount,
                try json(cluster.topDomains), try json(cluster.languages), try json(cluster.urls),
                try json(cluster.images),
            ])
        }
    }

    private static func json(_ list: [String]) throws -> String {
        String(decoding: try JSONCoding.encode(list), as: UTF8.self)
    }

    private func open() throws -> any DatabaseWriter {
        try database.withLock { database in
            if let database { return database }
            var configuration = Configuration()
            configuration.busyMode = .timeout(busyTimeout.inSeconds)
            configuration.journalMode = .wal
            configuration.label = "news clusters"
            let opened: any DatabaseWriter
            if maximumConnections > 1 {
                configuration.maximumReaderCount = maximumConnections - 1
                opened = try DatabasePool(path: path, configuration: configuration)
            } else {
                opened = try DatabaseQueue(path: path, configuration: configuration)
            }
            database = opened
            return opened
        }
    }

    /// What an error of SQLite means for the flashpoint.
    ///
    /// Waiting helps against locks, memory and a full disk; a wrong or damaged file stays so.
    func failure(for error: DatabaseError) -> Failure {
        let (kind, why): (FailureClass, String) =
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED:
                (.transient, "other processes kept it locked for \(busyTimeout.inSeconds) s")
            case .SQLITE_FULL:
                (.transient, "the disk is full")
            case .SQLITE_IOERR, .SQLITE_NOMEM, .SQLITE_INTERRUPT, .SQLITE_PROTOCOL:
                (.transient, error.message ?? "\(error.resultCode)")
            case .SQLITE_NOTADB:
                (.permanent, "the file is no SQLite database; set ETL_DATABASE to another one")
            case .SQLITE_CORRUPT:
                (.permanent, "the file is damaged; restore it or set ETL_DATABASE to another one")
            case .SQLITE_CANTOPEN:
                (.permanent, "it cannot be opened; check that its folder exists and may be written")
            case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
                (.permanent, "it may not be written; check the permissions of the file and its folder")
            default:
                (.permanent, error.message ?? "\(error.resultCode)")
            }
        return Failure(kind, stage: "load", "\(path): \(why)")
    }
}
