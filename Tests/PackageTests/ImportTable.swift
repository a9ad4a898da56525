/// Who may import whom under `Sources/`, as the design has it.
///
/// Imports among our own targets are transitive; packages and system libraries are allowed row by row.
enum ImportTable {
    struct Row {
        var ours: Set<String> = []
        var outside: Set<String> = []
    }

    static let rows: [String: Row] = [
        "Flashpoints": Row(outside: ["Crypto"]),
        "Settings": Row(),
        "Coordination": Row(ours: ["Flashpoints"], outside: ["Collections"]),
        "HTTPTransport": Row(outside: ["AsyncHTTPClient", "NIO"]),
        "RunPodAPI": Row(ours: ["Flashpoints", "HTTPTransport"], outside: ["AsyncAlgorithms"]),
        "RunJournal": Row(ours: ["Coordination"], outside: ["GRDB"]),
        "RunEngine": Row(ours: ["Coordination", "RunJournal", "RunPodAPI"], outside: ["AsyncAlgorithms", "Logging"]),
        "LocalEndpoint": Row(ours: ["RunPodAPI"], outside: ["Hummingbird", "NIO", "Subprocess"]),
        "ArticleExtraction": Row(outside: ["CLibXML2"]),
        "ETLPipeline": Row(
            ours: ["Flashpoints", "ArticleExtraction", "HTTPTransport"],
            outside: ["GRDB", "Subprocess"]
        ),
        "RunPodServerless": Row(
            ours: ["Settings", "RunEngine", "LocalEndpoint", "ETLPipeline"],
            outside: ["Logging", "NIO"]
        ),
        "SampleNews": Row(ours: ["Flashpoints"], outside: ["Hummingbird"]),
        "Canvas": Row(),
        "Terminal": Row(ours: ["Canvas"], outside: ["CNCurses"]),
        "Dashboard": Row(ours: ["Canvas", "Coordination"]),
        "etl-dash": Row(ours: libraries, outside: ["ArgumentParser", "Logging", "UnixSignals"]),
        "etl-bench": Row(ours: libraries, outside: ["ArgumentParser", "Logging"]),
    ]

    private static let libraries: Set<String> = [
        "Flashpoints", "Settings", "Coordination", "HTTPTransport", "RunPodAPI", "RunJournal", "RunEngine",
        "LocalEndpoint", "ArticleExtraction", "ETLPipeline", "RunPodServerless", "SampleNews", "Canvas", "Terminal",
        "Dashboard",
    ]

    /// The modules that a name of the table stands for, where that is more than the module of the name.
    static let modulesOfPackage: [String: Set<String>] = [
        "GRDB": ["GRDB", "GRDBSQLite"],
        "Collections": [
            "Collections", "BitCollections", "DequeModule", "HashTreeCollections", "HeapModule", "OrderedCollections",
        ],
        // Its application shows a logger, its requests and responses show buffers and header fields.
        "Hummingbird": ["Hummingbird", "HummingbirdCore", "HTTPTypes", "Logging", "NIOCore"],
        "NIO": [
            "NIOCore", "NIOConcurrencyHelpers", "NIOFoundationCompat", "NIOFoundationEssentialsCompat", "NIOHTTP1",
            "NIOHTTPCompression", "NIOHTTPTypes", "NIOPosix",
        ],
        // Its own declarations show `FilePath`, which Darwin has in `System`.
        "Subprocess": ["Subprocess", "System", "SystemPackage"],
    ]

    /// What comes with the language and binds to nothing.
    static let free: Set<String> = [
        "Darwin", "FoundationEssentials", "Glibc", "Musl", "Swift", "Synchronization", "_Concurrency",
    ]

    /// Every target of ours that `target` may import.
    static func reachable(from target: String) -> Set<String> {
        var reached: Set<String> = []
        var open = rows[target]?.ours ?? []
        while let next = open.popFirst() {
            reached.insert(next)
            open.formUnion((rows[next]?.ours ?? []).subtracting(reached))
        }
        return reached
    }

    /// Every module from outside that `target` may import.
    static func outside(of target: String) -> Set<String> {
        (rows[target]?.outside ?? []).reduce(into: free) { $0.formUnion(modulesOfPackage[$1] ?? [$1]) }
    }
}
