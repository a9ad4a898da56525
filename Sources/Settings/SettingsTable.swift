import FoundationEssentials

extension Settings {
    /// The name of a setting, which is the name of its variable.
    public enum Key: String, Sendable, Hashable, CaseIterable {
        case runpodWorkers = "RUNPOD_WORKERS"
        case runpodAPIKey = "RUNPOD_API_KEY"
        case runpodEndpoint = "RUNPOD_ENDPOINT"
        case runpodPayload = "RUNPOD_PAYLOAD"
        case runpodPrice = "RUNPOD_PRICE_PER_S"
        case requestTimeout = "REQUEST_TIMEOUT"
        case gpuTimeout = "GPU_TIMEOUT"
        case renderTimeout = "RENDER_TIMEOUT_S"
        case scrapeTimeout = "SCRAPE_TIMEOUT_S"
        case navigationTimeout = "NAVIGATION_TIMEOUT_S"
        case jobTimeout = "JOB_TIMEOUT_S"
        case date = "ETL_DATE"
        case cleanup = "ETL_CLEANUP"
        case trigger = "ETL_TRIGGER"
        case strategy = "ETL_STRATEGY"
        case retries = "ETL_RETRIES"
        case maxFailures = "ETL_MAX_FAILURES"
        case breaker = "ETL_BREAKER"
        case chunkMax = "ETL_CHUNK_MAX"
        case fetchConcurrency = "ETL_FETCH_CONCURRENCY"
        case database = "ETL_DATABASE"
        case databaseMaxConnections = "DATABASE_MAX_CONNECTIONS"
        case ascii = "ETL_ASCII"
        case color = "ETL_COLOR"
        case theme = "ETL_THEME"
        case readOnly = "ETL_READONLY"
        case logLevel = "LOG_LEVEL"
        case home = "ETL_DASH_HOME"
        case onHangup = "ETL_ON_HANGUP"
    }
}

/// Every setting, declared once: the reader, the example file, the help and the children's environment follow it.
enum SettingsTable {
    static let runpodWorkers = Setting(
        .runpodWorkers,
        \.runpodWorkers,
        .runPod,
        .whole(1...256),
        default: 4,
        flag: "--workers",
        isCommentedOut: false,
        help: "Workers that share a batch; 1 runs the pipeline in this process."
    )
    static let runpodAPIKey = Setting(
        .runpodAPIKey,
        \.runpodAPIKey,
        .runPod,
        .optional(.secret),
        default: nil,
        isSecret: true,
        reachesChildren: false,
        placeholder: "your_runpod_api_key_here",
        help: "API key of the RunPod account that pays for the endpoint."
    )
    static let runpodEndpoint = Setting(
        .runpodEndpoint,
        \.runpodEndpoint,
        .runPod,
        .optional(.endpoint),
        default: nil,
        inWords: "workers on this machine",
        flag: "--endpoint",
        reachesChildren: false,
        placeholder: "https://api.runpod.ai/v2/your_endpoint_id/run",
        help: "Serverless endpoint that jobs go to."
    )
    static let runpodPayload = Setting(
        .runpodPayload,
        \.runpodPayload,
        .runPod,
        .choice,
        default: .full,
        help: "What a job carries: whole flashpoints, or their ids for a handler that loads them itself."
    )
    static let runpodPrice = Setting(
        .runpodPrice,
        \.runpodPrice,
        .runPod,
        .optional(.dollars),
        default: nil,
        inWords: "no cost is shown",
        help: "Price of one second of one worker, from which the cost of a run is shown."
    )

    private static let upToAWeek: ClosedRange<Duration> = .milliseconds(100) ... .seconds(604_800)

    static let requestTimeout = Setting(
        .requestTimeout,
        \.requestTimeout,
        .timeouts,
        .seconds(upToAWeek),
        default: .seconds(7200),
        isCommentedOut: false,
        help: "Longest time of the whole pipeline for one flashpoint."
    )
    static let gpuTimeout = Setting(
        .gpuTimeout,
        \.gpuTimeout,
        .timeouts,
        .seconds(upToAWeek),
        default: .seconds(7200),
        isCommentedOut: false,
        help: "Longest time of GPU inference for one flashpoint."
    )
    static let renderTimeout = Setting(
        .renderTimeout,
        \.renderTimeout,
        .timeouts,
        .seconds(upToAWeek),
        default: .seconds(3600),
        isCommentedOut: false,
        help: "Longest time to render one web page."
    )
    static let scrapeTimeout = Setting(
        .scrapeTimeout,
        \.scrapeTimeout,
        .timeouts,
        .seconds(upToAWeek),
        default: .seconds(3600),
        isCommentedOut: false,
        help: "Longest time to extract the content of one flashpoint's pages."
    )
    static let navigationTimeout = Setting(
        .navigationTimeout,
        \.navigationTimeout,
        .timeouts,
        .seconds(upToAWeek),
        default: .seconds(1800),
        isCommentedOut: false,
        help: "Longest time to reach one web page, redirects included."
    )
    static let jobTimeout = Setting(
        .jobTimeout,
        \.jobTimeout,
        .timeouts,
        .seconds(.seconds(5) ... .seconds(604_800)),
        default: .seconds(86_400),
        help: "Longest time of one job, whatever the number of its flashpoints."
    )

    static let date = Setting(
        .date,
        \.date,
        .run,
        .optional(.day),
        default: nil,
        inWords: "today in UTC",
        flag: "--date",
        help: "Day whose news the run loads."
    )
    static let cleanup = Setting(
        .cleanup,
        \.cleanup,
        .run,
        .truth,
        default: true,
        flag: "--cleanup",
        help: "Whether a flashpoint's earlier rows of that day go when its new ones come."
    )
    static let trigger = Setting(
        .trigger,
        \.trigger,
        .run,
        .text(upTo: 200),
        default: "manual",
        flag: "--trigger",
        help: "Who or what started the run, as its answer says."
    )
    static let strategy = Setting(
        .strategy,
        \.strategy,
        .run,
        .choice,
        default: .even,
        flag: "--strategy",
        help: "How flashpoints are shared out: evenly by number, or balanced by weight."
    )
    static let retries = Setting(
        .retries,
        \.retries,
        .run,
        .whole(0...20),
        default: 3,
        flag: "--retries",
        help: "How often a failed flashpoint is tried again."
    )
    static let maxFailures = Setting(
        .maxFailures,
        \.maxFailures,
        .run,
        .optional(.failureLimit),
        default: nil,
        inWords: "no limit",
        flag: "--max-failures",
        help: "Failed flashpoints that a run may have before it gives up the rest."
    )
    static let breaker = Setting(
        .breaker,
        \.breaker,
        .run,
        .whole(0...10_000),
        default: 10,
        help: "Identical failures in a row at which a run pauses and asks, or stops where nobody looks on; 0 for never."
    )
    static let chunkMax = Setting(
        .chunkMax,
        \.chunkMax,
        .run,
        .whole(1...10_000),
        default: 200,
        help: "Most flashpoints in one job; a larger share goes out as several, one after the other."
    )

    static let fetchConcurrency = Setting(
        .fetchConcurrency,
        \.fetchConcurrency,
        .pipeline,
        .whole(1...64),
        default: 8,
        help: "Articles that one worker fetches at a time."
    )
    static let database = Setting(
        .database,
        \.database,
        .pipeline,
        .optional(.file),
        default: nil,
        inWords: "news.sqlite in ETL_DASH_HOME; on RunPod, nothing is loaded",
        help: "SQLite file that clusters are loaded into."
    )
    static let databaseMaxConnections = Setting(
        .databaseMaxConnections,
        \.databaseMaxConnections,
        .pipeline,
        .whole(1...64),
        default: 4,
        help: "Most database connections of one worker."
    )

    static let ascii = Setting(
        .ascii,
        \.ascii,
        .screen,
        .truth,
        default: false,
        flag: "--ascii",
        help: "Whether lines, bars and marks of the screen are made of ASCII characters."
    )
    static let color = Setting(
        .color,
        \.color,
        .screen,
        .choice,
        default: .auto,
        flag: "--color",
        help: "Whether the screen has colours; auto asks the terminal and heeds NO_COLOR."
    )
    static let theme = Setting(
        .theme,
        \.theme,
        .screen,
        .choice,
        default: .auto,
        help: "What the terminal's background is; auto asks the terminal."
    )
    static let readOnly = Setting(
        .readOnly,
        \.readOnly,
        .screen,
        .truth,
        default: false,
        flag: "--readonly",
        help: "Whether the screen has no keys that cancel, retry or pause."
    )

    static let logLevel = Setting(
        .logLevel,
        \.logLevel,
        .thisMachine,
        .choice,
        default: .info,
        isCommentedOut: false,
        help: "How much is logged; DEBUG shows every stage of every flashpoint."
    )
    static let home = Setting(
        .home,
        \.home,
        .thisMachine,
        .folder,
        default: stateFolder(Surroundings(environment: [:], workingDirectory: "/")),
        derived: stateFolder,
        inWords: "etl-dash in $XDG_STATE_HOME, else in ~/.local/state",
        help: "Folder that keeps runs and their results."
    )
    static let onHangup = Setting(
        .onHangup,
        \.onHangup,
        .thisMachine,
        .choice,
        default: .background,
        help: "What a run does when its terminal goes away."
    )

    /// All of them, in the order of the example file.
    static let rows: [any SettingRow] = [
        runpodWorkers, runpodAPIKey, runpodEndpoint, runpodPayload, runpodPrice,
        requestTimeout, gpuTimeout, renderTimeout, scrapeTimeout, navigationTimeout, jobTimeout,
        date, cleanup, trigger, strategy, retries, maxFailures, breaker, chunkMax,
        fetchConcurrency, database, databaseMaxConnections,
        ascii, color, theme, readOnly,
        logLevel, home, onHangup,
    ]

    /// Where programs keep their state, as the XDG base directory specification has it; relative paths don't count.
    @Sendable private static func stateFolder(_ surroundings: Surroundings) -> URL {
        let state =
            if let folder = surroundings.environment["XDG_STATE_HOME"], folder.hasPrefix("/") {
                folder
            } else {
                surroundings.userHome + "/.local/state"
            }
        return URL(filePath: state + "/etl-dash", directoryHint: .notDirectory)
    }
}
