import ETLPipeline
import Flashpoints
import FoundationEssentials
import GRDB
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct SQLiteClusterStoreTests {
    private func cluster(_ flashpoint: String, _ number: Int, _ summary: String) -> NewsCluster {
        NewsCluster(
            flashpointID: flashpoint,
            clusterID: "\(flashpoint)-\(number)",
            summary: summary,
            articleCount: 2,
            topDomains: ["a.example"],
            languages: ["en", "es"],
            urls: ["http://a.example/é\"1", "http://a.example/2"],
            images: []
        )
    }

    private func date() throws -> NewsDate { try #require(NewsDate("2025-01-31")) }

    /// Reads the table with a connection of its own: `cluster_id=summary`, ordered.
    private func rows(_ path: String) throws -> [String] {
        try DatabaseQueue(path: path).read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM news_clusters_20250131 ORDER BY cluster_id")
                .map { row in "\(row["cluster_id"] as String)=\(row["summary"] as String)" }
        }
    }

    @Test("clusters become rows with lists in JSON", arguments: [1, 4])
    func columns(connections: Int) async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "news.sqlite").path
            let store = SQLiteClusterStore(path: path, maximumConnections: connections)
            try await store.load([cluster("fp", 1, "It’s “so”; --")], of: "fp", date: date(), cleanup: true)
            let row = try #require(
                try DatabaseQueue(path: path).read { try Row.fetchOne($0, sql: "SELECT * FROM news_clusters_20250131") }
            )
            #expect(row["flashpoint_id"] == "fp")
            #expect(row["cluster_id"] == "fp-1")
            #expect(row["summary"] == "It’s “so”; --")
            #expect(row["article_count"] == 2)
            #expect(row["top_domains"] == "[\"a.example\"]")
            #expect(row["languages"] == "[\"en\",\"es\"]")
            #expect(row["urls"] == "[\"http://a.example/é\\\"1\",\"http://a.example/2\"]")
            #expect(row["images"] == "[]")
        }
    }

    @Test("with cleanup the flashpoint's other rows of the day go, those of others stay")
    func cleanup() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "news.sqlite").path
            let store = SQLiteClusterStore(path: path, maximumConnections: 2)
            try await store.load(
                [cluster("a", 1, "old"), cluster("a", 2, "old")],
                of: "a",
                date: date(),
                cleanup: true
            )
            try await store.load([cluster("b", 1, "other")], of: "b", date: date(), cleanup: true)
            try await store.load([cluster("a", 1, "new")], of: "a", date: date(), cleanup: true)
            #expect(try rows(path) == ["a-1=new", "b-1=other"])
            try await store.load([], of: "a", date: date(), cleanup: true)
            #expect(try rows(path) == ["b-1=other"])
        }
    }

    @Test("without cleanup rows are written over and none goes")
    func upsert() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "news.sqlite").path
            let store = SQLiteClusterStore(path: path, maximumConnections: 2)
            try await store.load(
                [cluster("a", 1, "old"), cluster("a", 2, "old")],
                of: "a",
                date: date(),
                cleanup: false
            )
            try await store.load([cluster("a", 1, "new")], of: "a", date: date(), cleanup: false)
            #expect(try rows(path) == ["a-1=new", "a-2=old"])
        }
    }

    @Test("a load that breaks in the middle leaves the earlier rows")
    func oneTransaction() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "news.sqlite").path
            let store = SQLiteClusterStore(path: path, maximumConnections: 2)
            try await store.load([cluster("a", 1, "old")], of: "a", date: date(), cleanup: true)
            try await DatabaseQueue(path: path).write { database in
                try database.execute(
                    sql: """
                        CREATE TRIGGER refuse BEFORE INSERT ON news_clusters_20250131 WHEN NEW.cluster_id = 'a-2'
                        BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END
                        """
                )
            }
            let failure = await #expect(throws: Failure.self) {
                try await store.load(
                    [cluster("a", 1, "new"), cluster("a", 2, "new")],
                    of: "a",
                    date: date(),
                    cleanup: true
                )
            }
            #expect(failure?.kind == .permanent)
            #expect(failure?.message.contains("refused by a trigger") == true)
            #expect(try rows(path) == ["a-1=old"])
        }
    }

    @Test("several stores write the same file at once and lose nothing")
    func concurrentStores() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "news.sqlite").path
            let day = try date()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        let store = SQLiteClusterStore(path: path, maximumConnections: 1 + worker % 2)
                        for number in 0..<10 {
                            let id = "w\(worker)n\(number)"
                            try await store.load(
                                [cluster(id, 1, "x"), cluster(id, 2, "y")],
                                of: id,
                                date: day,
                                cleanup: true
                            )
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try rows(path).count == 80)
        }
    }

    @Test("a lock that others hold too long is transient")
    func locked() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "news.sqlite").path
            let store = SQLiteClusterStore(path: path, maximumConnections: 1, busyTimeout: .milliseconds(20))
            try await store.load([cluster("a", 1, "old")], of: "a", date: date(), cleanup: true)
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: path, configuration: configuration)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            let failure = await #expect(throws: Failure.self) {
                try await store.load([cluster("a", 1, "new")], of: "a", date: date(), cleanup: true)
            }
            #expect(failure?.kind == .transient)
            #expect(failure?.stage == "load")
            #expect(failure?.message.contains(path) == true)
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            try await store.load([cluster("a", 1, "new")], of: "a", date: date(), cleanup: true)
            #expect(try rows(path) == ["a-1=new"])
        }
    }

    @Test("a file that is no database, and a folder that is not there, are permanent")
    func wrongFiles() async throws {
        try await withTemporaryFolder { folder in
            let text = folder.appending(path: "news.txt")
            try Data(String(repeating: "This is no database.\n", count: 100).utf8).write(to: text)
            for path in [text.path, folder.appending(path: "missing/news.sqlite").path, folder.path] {
                let store = SQLiteClusterStore(path: path, maximumConnections: 2)
                let failure = await #expect(throws: Failure.self, "\(path)") {
                    try await store.load([], of: "a", date: date(), cleanup: true)
                }
                #expect(failure?.kind == .permanent, "\(path)")
                #expect(failure?.stage == "load")
            }
            #expect(try Data(contentsOf: text).starts(with: Data("This is no database.".utf8)))
        }
    }
}
