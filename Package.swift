// swift-tools-version: 6.2
import PackageDescription

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncAlgorithms = Target.Dependency.product(name: "AsyncAlgorithms", package: "swift-async-algorithms")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPCompression = Target.Dependency.product(name: "NIOHTTPCompression", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")

/// A library target and the tests of the same name.
func room(
    _ name: String,
    _ dependencies: [Target.Dependency],
    tests: [Target.Dependency] = [],
    fixtures: [String] = []
) -> [Target] {
    [
        .target(name: name, dependencies: dependencies),
        .testTarget(
            name: name + "Tests",
            dependencies: [.target(name: name), "TestSupport"] + dependencies + tests,
            exclude: fixtures
        ),
    ]
}

let rooms: [[Target]] = [
    room("Flashpoints", [crypto]),
    room("Settings", []),
    room("Coordination", ["Flashpoints", deque]),
    room("HTTPTransport", [asyncHTTPClient, nio, nioHTTP1, nioHTTPCompression, nioPosix]),
    room("RunPodAPI", ["Flashpoints", "HTTPTransport", asyncAlgorithms]),
    room("RunJournal", ["Flashpoints", "Coordination", grdb, grdbSQLite]),
    room(
        "RunEngine",
        ["Flashpoints", "Coordination", "RunJournal", "RunPodAPI", asyncAlgorithms, logging],
        tests: ["HTTPTransport"]
    ),
    room(
        "LocalEndpoint",
        ["Flashpoints", "HTTPTransport", "RunPodAPI", hummingbird, logging, nio, nioPosix, subprocess]
    ),
    room("ArticleExtraction", ["CLibXML2"]),
    room("ETLPipeline", ["Flashpoints", "ArticleExtraction", "HTTPTransport", grdb, subprocess]),
    room(
        "RunPodServerless",
        [
            "Flashpoints", "Settings", "Coordination", "HTTPTransport", "RunPodAPI", "RunJournal", "RunEngine",
            "LocalEndpoint", "ETLPipeline", logging, nio, nioPosix,
        ],
        tests: ["SampleNews"]
    ),
    room("SampleNews", ["Flashpoints", hummingbird, logging, nio], tests: ["HTTPTransport"]),
    room("Canvas", []),
    room("Terminal", ["Canvas", "CNCurses"]),
    room("Dashboard", ["Canvas", "Coordination", "Flashpoints"], tests: ["RunEngine"], fixtures: ["Fixtures"]),
]

let libraries = rooms.flatMap { $0 }.filter { !$0.isTest }.map { Target.Dependency.target(name: $0.name) }

let package = Package(
    name: "etl-dash",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "etl-dash", targets: ["etl-dash"]),
        .library(name: "RunPodServerless", targets: ["RunPodServerless"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.34.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: rooms.flatMap { $0 } + [
        .systemLibrary(
            name: "CLibXML2",
            path: "Modules/CLibXML2",
            pkgConfig: "libxml-2.0",
            providers: [.apt(["libxml2-dev"]), .brew(["libxml2"])]
        ),
        .systemLibrary(
            name: "CNCurses",
            path: "Modules/CNCurses",
            providers: [.apt(["libncurses-dev"]), .brew(["ncurses"])]
        ),
        .executableTarget(name: "etl-dash", dependencies: libraries + [argumentParser, logging, unixSignals]),
        .executableTarget(name: "etl-bench", dependencies: libraries + [argumentParser, logging]),
        .target(
            name: "TestSupport",
            dependencies: [nio, nioPosix, nioHTTP1, hummingbird, subprocess],
            path: "Tests/TestSupport"
        ),
        .testTarget(name: "EtlBenchTests", dependencies: ["etl-bench"]),
        .testTarget(name: "EtlDashTests", dependencies: ["etl-dash", "TestSupport"] + libraries),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["etl-dash", "TestSupport", subprocess, grdb] + libraries,
            exclude: ["Fixtures", "Handlers"]
        ),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "TestSupport", "Flashpoints", "Coordination", "HTTPTransport", "RunPodAPI", "RunJournal", "RunEngine",
            ]
        ),
        .testTarget(
            name: "SDKTests",
            dependencies: ["etl-dash", "TestSupport", "Flashpoints", "HTTPTransport", "RunPodAPI", "LocalEndpoint"],
            exclude: ["Scripts"]
        ),
        .testTarget(name: "PackageTests", dependencies: ["TestSupport", subprocess]),
    ],
    swiftLanguageModes: [.v6]
)

/// The names `swiftc -print-supported-features` gives; a test compares them, since a misspelt one is taken in silence.
let upcomingFeatures = [
    "ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility", "NonisolatedNonsendingByDefault",
    "InferIsolatedConformances", "ImmutableWeakCaptures",
]

for target in package.targets where target.type != .system {
    var settings = target.swiftSettings ?? []
    settings += upcomingFeatures.map { .enableUpcomingFeature($0) }
    if ["ArticleExtraction", "Terminal"].contains(target.name) { settings.append(.strictMemorySafety()) }
    if Context.environment["ETL_DASH_WARNINGS_AS_ERRORS"] == "1" { settings.append(.treatAllWarnings(as: .error)) }
    target.swiftSettings = settings
}
