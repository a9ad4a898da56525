import FoundationEssentials
import Settings
import TestSupport
import Testing

@Suite("Loading settings")
struct SettingsLoadTests {
    /// The sample of the document this project is built from, as it stands there.
    private let seedsRunPodSample = """
        # RunPod Worker Configuration
        RUNPOD_WORKERS=4
        RUNPOD_API_KEY=your_runpod_api_key_here
        RUNPOD_ENDPOINT=https://api.runpod.io/v2/your_endpoint_id/run
        """
    private let seedsTimeoutSample = """
        REQUEST_TIMEOUT=7200          # 2 hours
        GPU_TIMEOUT=7200             # 2 hours\u{20}\u{20}
        RENDER_TIMEOUT_S=3600        # 1 hour
        """

    @Test("With nothing set there are the defaults")
    func defaults() async throws {
        let settings = try await load()
        #expect(settings.runpodWorkers == 4)
        #expect(settings.runpodAPIKey == nil)
        #expect(settings.runpodEndpoint == nil)
        #expect(settings.runpodPayload == .full)
        #expect(settings.requestTimeout == .seconds(7200))
        #expect(settings.gpuTimeout == .seconds(7200))
        #expect(settings.renderTimeout == .seconds(3600))
        #expect(settings.scrapeTimeout == .seconds(3600))
        #expect(settings.navigationTimeout == .seconds(1800))
        #expect(settings.jobTimeout == .seconds(86_400))
        #expect(settings.date == nil)
        #expect(settings.cleanup)
        #expect(settings.trigger == "manual")
        #expect(settings.strategy == .even)
        #expect(settings.retries == 3)
        #expect(settings.maxFailures == nil)
        #expect(settings.chunkMax == 200)
        #expect(settings.fetchConcurrency == 8)
        #expect(settings.database == nil)
        #expect(settings.databaseMaxConnections == 4)
        #expect(settings.logLevel == .info)
        #expect(settings.onHangup == .background)
        #expect(settings.home.path(percentEncoded: false) == "/home/ann/.local/state/etl-dash")
        #expect(settings.localDatabase.path(percentEncoded: false) == "/home/ann/.local/state/etl-dash/news.sqlite")
        #expect(settings.warnings.isEmpty)
        #expect(Settings.Key.allCases.filter { settings.provenance(of: $0) != .default } == [])
    }

    @Test("The seed's sample of time-outs is read with its comments")
    func seedsTimeouts() async throws {
        let settings = try await load(
            envFile: seedsTimeoutSample.replacing("7200", with: "7201").replacing("3600", with: "3601")
        )
        #expect(settings.requestTimeout == .seconds(7201))
        #expect(settings.gpuTimeout == .seconds(7201))
        #expect(settings.renderTimeout == .seconds(3601))
        #expect(settings.provenance(of: .gpuTimeout) == .file(path: ".env", line: 2))
        #expect(try await problems(envFile: seedsTimeoutSample) == [])
    }

    @Test("The seed's sample for RunPod is an error for each placeholder, saying what to put there")
    func seedsPlaceholders() async throws {
        let problems = try await problems(envFile: seedsRunPodSample)
        #expect(
            problems == [
                ".env:3: RUNPOD_API_KEY: still has the sample's placeholder; give the key that the RunPod "
                    + "console makes under Settings, API Keys",
                ".env:4: RUNPOD_ENDPOINT: still has the sample's placeholder; give the URL of your "
                    + "endpoint, https://api.runpod.ai/v2/ID",
            ]
        )
        let filledIn =
            seedsRunPodSample
            .replacing("your_runpod_api_key_here", with: "rpa_0123456789ABCDEF")
            .replacing("your_endpoint_id", with: "abc123")
        let settings = try await load(envFile: filledIn)
        #expect(settings.runpodWorkers == 4)
        #expect(settings.runpodAPIKey?.reveal() == "rpa_0123456789ABCDEF")
        #expect(settings.runpodEndpoint?.absoluteString == "https://api.runpod.io/v2/abc123/run")
    }

    @Test("A flag beats the environment, the environment the file, the file the default; each says where it stood")
    func precedence() async throws {
        let file = "\nRUNPOD_WORKERS=2\n"
        let environment = ["RUNPOD_WORKERS": "3"]
        let fromFile = try await load(envFile: file)
        #expect(fromFile.runpodWorkers == 2)
        #expect(fromFile.provenance(of: .runpodWorkers) == .file(path: ".env", line: 2))
        let fromEnvironment = try await load(envFile: file, environment: environment)
        #expect(fromEnvironment.runpodWorkers == 3)
        #expect(fromEnvironment.provenance(of: .runpodWorkers) == .environment("RUNPOD_WORKERS"))
        let fromFlag = try await load(envFile: file, environment: environment, flags: [.runpodWorkers: "5"])
        #expect(fromFlag.runpodWorkers == 5)
        #expect(fromFlag.provenance(of: .runpodWorkers) == .flag("--workers"))
    }

    @Test("A malformed value counts only where it decides")
    func malformedButBeaten() async throws {
        let settings = try await load(
            envFile: "RUNPOD_WORKERS=many",
            environment: ["RUNPOD_WORKERS": "more"],
            flags: [.runpodWorkers: "5"]
        )
        #expect(settings.runpodWorkers == 5)
        #expect(
            try await problems(envFile: "RUNPOD_WORKERS=2", environment: ["RUNPOD_WORKERS": "more"]) == [
                "RUNPOD_WORKERS in the environment: \"more\" is not a whole number; give a whole number from 1 to 256"
            ]
        )
    }

    @Test("An empty value unsets, wherever a lower source has one")
    func emptyValues() async throws {
        let settings = try await load(
            envFile: "RUNPOD_ENDPOINT=https://api.runpod.ai/v2/abc\nRUNPOD_WORKERS=\nETL_DATE=' '",
            environment: ["RUNPOD_ENDPOINT": ""]
        )
        #expect(settings.runpodEndpoint == nil)
        #expect(settings.provenance(of: .runpodEndpoint) == .environment("RUNPOD_ENDPOINT"))
        #expect(settings.runpodWorkers == 4)
        #expect(settings.date == nil)
    }

    @Test("An empty flag is an error, and so is an empty text")
    func emptyFlags() async throws {
        #expect(
            try await problems(envFile: "ETL_TRIGGER=\"\"", flags: [.runpodWorkers: ""]) == [
                "--workers: RUNPOD_WORKERS: \"\" is not a whole number; give a whole number from 1 to 256",
                ".env:1: ETL_TRIGGER: \"\" is empty; give 1 to 200 characters on one line",
            ]
        )
    }

    @Test(
        "Every kind of value is read as people write it",
        arguments: [
            (.runpodWorkers, " 1 ", "RUNPOD_WORKERS=1"),
            (.runpodWorkers, "256", "RUNPOD_WORKERS=256"),
            (.runpodEndpoint, "http://127.0.0.1:8000/v2/local", "RUNPOD_ENDPOINT=http://127.0.0.1:8000/v2/local"),
            (.runpodPayload, "IDs", "RUNPOD_PAYLOAD=ids"),
            (.runpodPrice, "0.00019", "RUNPOD_PRICE_PER_S=0.00019"),
            (.runpodPrice, "12.50", "RUNPOD_PRICE_PER_S=12.5"),
            (.ascii, "yes", "ETL_ASCII=true"),
            (.color, "Always", "ETL_COLOR=always"),
            (.theme, "light", "ETL_THEME=light"),
            (.readOnly, "1", "ETL_READONLY=true"),
            (.requestTimeout, "0.25", "REQUEST_TIMEOUT=0.25"),
            (.requestTimeout, "604800.000", "REQUEST_TIMEOUT=604800"),
            (.date, "2024-02-29", "ETL_DATE=2024-02-29"),
            (.cleanup, "No", "ETL_CLEANUP=false"),
            (.cleanup, "1", "ETL_CLEANUP=true"),
            (.trigger, "night shift", "ETL_TRIGGER=night shift"),
            (.strategy, "balanced", "ETL_STRATEGY=balanced"),
            (.retries, "0", "ETL_RETRIES=0"),
            (.maxFailures, "10", "ETL_MAX_FAILURES=10"),
            (.maxFailures, "5%", "ETL_MAX_FAILURES=5%"),
            (.breaker, "0", "ETL_BREAKER=0"),
            (.database, "~/news.db", "ETL_DATABASE=/home/ann/news.db"),
            (.database, "/data/news.db", "ETL_DATABASE=/data/news.db"),
            (.logLevel, "debug", "LOG_LEVEL=DEBUG"),
            (.home, "/var/lib/etl dash/", "ETL_DASH_HOME=/var/lib/etl dash"),
            (.onHangup, "background", "ETL_ON_HANGUP=background"),
        ] as [(Settings.Key, String, String)]
    )
    func wellFormed(key: Settings.Key, text: String, assignment: String) async throws {
        let settings = try await load(environment: [key.rawValue: text])
        // A worker reads the same values back from the environment it is given.
        let child = settings.childEnvironment(from: [:])
        let read = key == .runpodEndpoint ? settings.runpodEndpoint?.absoluteString : child[key.rawValue]
        #expect("\(key.rawValue)=\(read ?? "")" == assignment)
    }

    @Test("A relative path begins in the working directory")
    func relativePath() throws {
        let settings = try Settings.load(
            environment: ["ETL_DATABASE": "data/news.db"],
            envFile: .none,
            workingDirectory: "/srv"
        )
        #expect(settings.database?.path(percentEncoded: false) == "/srv/data/news.db")
    }

    @Test(
        "A malformed value is an error with its place, what is wrong and what would be right",
        arguments: [
            (.runpodWorkers, "fifty", "\"fifty\" is not a whole number; give a whole number from 1 to 256"),
            (.runpodWorkers, "0", "\"0\" is out of range; give a whole number from 1 to 256"),
            (.runpodWorkers, "-1", "\"-1\" is out of range"),
            (.runpodWorkers, "257", "\"257\" is out of range"),
            (.runpodWorkers, "99999999999999999999", "\"99999999999999999999\" is out of range"),
            (.runpodWorkers, "4.0", "\"4.0\" is not a whole number"),
            (.runpodPrice, "$0.2", "\"$0.2\" is not a decimal number; give dollars as a decimal number above 0"),
            (.runpodPrice, "1e-4", "\"1e-4\" is not a decimal number"),
            (.runpodPrice, "0", "\"0\" is out of range"),
            (.color, "blue", "\"blue\" is not one of the choices; give auto or always or never"),
            (.runpodWorkers, "٤", "\"٤\" is not a whole number"),
            (.runpodAPIKey, "Bearer sk_hidden", "has a blank or a character that no API key has"),
            (.runpodAPIKey, "sk_hidden…", "has a blank or a character that no API key has"),
            (
                .runpodEndpoint, "abc123",
                "\"abc123\" does not begin with https:// or http://; give the URL of your endpoint"
            ),
            (.runpodEndpoint, "ftp://example.org/v2", "does not begin with https://"),
            (.runpodEndpoint, "https:///v2/abc", "has no host"),
            (.runpodEndpoint, "https://example.org/v 2", "is not a URL"),
            (.runpodEndpoint, "https://u:sk_hidden@example.org/v2/abc", "has a user name or a password in the URL"),
            (.runpodEndpoint, "ftp://u:sk_hidden@example.org/v2/abc", "does not begin with https://"),
            (.runpodEndpoint, "https://example.org:70000/v2/abc", "port"),
            (.runpodPayload, "some", "\"some\" is not one of the choices; give full or ids"),
            (.requestTimeout, "2h", "\"2h\" is not a number of seconds; give seconds from 0.1 to 604800"),
            (.requestTimeout, "0", "\"0\" is out of range"),
            (.requestTimeout, "0.0001", "\"0.0001\" is not a number of seconds"),
            (.requestTimeout, "7200.", "\"7200.\" is not a number of seconds"),
            (.requestTimeout, "-5", "\"-5\" is not a number of seconds"),
            (.gpuTimeout, "604801", "\"604801\" is out of range"),
            (.renderTimeout, "1e3", "\"1e3\" is not a number of seconds"),
            (.scrapeTimeout, "999999999999999999", "is out of range"),
            (.navigationTimeout, "½", "is not a number of seconds"),
            (.jobTimeout, "4.999", "\"4.999\" is out of range; give seconds from 5 to 604800"),
            (.date, "yesterday", "\"yesterday\" is not a date; give a date as YYYY-MM-DD"),
            (.date, "2025-02-29", "\"2025-02-29\" is not a day of the calendar"),
            (.date, "1900-02-29", "is not a day of the calendar"),
            (.date, "2025-13-01", "is not a day of the calendar"),
            (.date, "2025-00-10", "is not a day of the calendar"),
            (.date, "2025-04-31", "is not a day of the calendar"),
            (.date, "0000-01-01", "is not a day of the calendar"),
            (.date, "2025-1-1", "is not a date"),
            (.date, "20250101", "is not a date"),
            (.cleanup, "maybe", "\"maybe\" is neither true nor false; give true or false"),
            (.trigger, "a\nb", "holds a line break"),
            (.trigger, String(repeating: "x", count: 201), "has 201 characters"),
            (.strategy, "odd", "give even or balanced"),
            (.retries, "21", "give a whole number from 0 to 20"),
            (.maxFailures, "-1", "is neither a whole number nor a percentage"),
            (.maxFailures, "%", "is neither a whole number nor a percentage"),
            (.maxFailures, "101%", "\"101%\" is out of range"),
            (.chunkMax, "0", "give a whole number from 1 to 10000"),
            (.fetchConcurrency, "65", "give a whole number from 1 to 64"),
            (.database, "postgres://u:sk_hidden@db/news", "is a URL (not shown), not a path"),
            (.database, "/data/", "\"/data/\" names a folder; give the path of a file"),
            (.database, "$HOME/news.db", "begins with a variable, and variables are not replaced"),
            (.databaseMaxConnections, "lots", "is not a whole number"),
            (.logLevel, "TRACE", "\"TRACE\" is not one of the choices; give DEBUG or INFO or WARNING or ERROR"),
            (.home, "a\tb", "holds a control character"),
            (.onHangup, "ignore", "give stop or background"),
        ] as [(Settings.Key, String, String)]
    )
    func malformed(key: Settings.Key, text: String, message: String) async throws {
        let found = try await problems(environment: [key.rawValue: text])
        let problem = try #require(found.first)
        #expect(found.count == 1)
        #expect(problem.hasPrefix("\(key.rawValue) in the environment: "))
        #expect(problem.contains(message))
        #expect(problem.contains("; give "))
        #expect(problem.contains("sk_hidden") == false)
    }

    @Test("Each setting's own malformed value is among those tested")
    func everyKeyHasMalformedValues() async throws {
        // No setting takes a text with a line break.
        let broken = Dictionary(uniqueKeysWithValues: Settings.Key.allCases.map { ($0.rawValue, "x\ny") })
        do {
            _ = try await load(environment: broken)
            Issue.record("Malformed values were taken")
        } catch let error as SettingsError {
            #expect(error.problems.compactMap(\.key) == Settings.Key.allCases)
        }
    }

    @Test("All that is wrong is told at once, lines of the file first")
    func allProblems() async throws {
        #expect(
            try await problems(
                envFile: "RUNPOD_WORKERS=0\nETL_RETRIES\nLOG_LEVEL=\"INFO",
                environment: ["ETL_DATE": "today"],
                flags: [.cleanup: "maybe"]
            ) == [
                ".env:2: has no \"=\"; write NAME=VALUE",
                ".env:3: the quote does not end; close it on the same line",
                ".env:1: RUNPOD_WORKERS: \"0\" is out of range; give a whole number from 1 to 256",
                "ETL_DATE in the environment: \"today\" is not a date; give a date as YYYY-MM-DD, such as 2025-01-31",
                "--cleanup: ETL_CLEANUP: \"maybe\" is neither true nor false; give true or false",
            ]
        )
    }

    @Test("A flag that negates is named as it was typed")
    func negatedFlag() async throws {
        let settings = try await load(environment: ["ETL_CLEANUP": "true"], flags: [.cleanup: "false"])
        #expect(settings.cleanup == false)
        #expect(settings.provenance(of: .cleanup).description == "--no-cleanup")
    }

    @Test("Slips in the file are warnings: names that stand twice, names that are nearly ours")
    func warnings() async throws {
        let settings = try await load(
            envFile: """
                RUNPOD_WORKERS=1
                RUNPOD_WORKER=2
                RUNPOD_WORKERS=3
                ETL_DATABSE=x
                ETL_SOMETHING_ELSE_ALTOGETHER=x
                LOG_LEVLE=DEBUG
                REQUEST_TIMEOUT_S=5
                PGPASSWORD=x
                PATH=x
                """,
            environment: ["RUNPOD_POD_ID": "pod", "ETL_X": "y"]
        )
        #expect(settings.runpodWorkers == 3)
        #expect(
            settings.warnings.map(\.description) == [
                ".env:3: RUNPOD_WORKERS stands in line 1 too; line 3 counts",
                ".env:2: RUNPOD_WORKER is not a setting of etl-dash; did you mean RUNPOD_WORKERS?",
                ".env:4: ETL_DATABSE is not a setting of etl-dash; did you mean ETL_DATABASE?",
                ".env:5: ETL_SOMETHING_ELSE_ALTOGETHER is not a setting of etl-dash",
                ".env:6: LOG_LEVLE is not a setting of etl-dash; did you mean LOG_LEVEL?",
                ".env:7: REQUEST_TIMEOUT_S is not a setting of etl-dash; did you mean REQUEST_TIMEOUT?",
            ]
        )
    }

    @Test("Runs are kept under XDG_STATE_HOME, which must be absolute to count")
    func stateFolder() async throws {
        let absolute = try await load(environment: ["XDG_STATE_HOME": "/state"])
        #expect(absolute.home.path(percentEncoded: false) == "/state/etl-dash")
        let relative = try await load(environment: ["XDG_STATE_HOME": "state"])
        #expect(relative.home.path(percentEncoded: false) == "/home/ann/.local/state/etl-dash")
    }

    @Test(
        "A limit of failures is a count or a share of the batch, rounded down",
        arguments: [
            (.count(3), 10, 3), (.percent(5), 100, 5), (.percent(5), 39, 1), (.percent(0), 7, 0),
            (.percent(100), 7, 7), (.percent(50), 1, 0), (.percent(33), 250, 82),
        ] as [(Settings.FailureLimit, Int, Int)]
    )
    func failureLimit(limit: Settings.FailureLimit, total: Int, allowance: Int) {
        #expect(limit.allowance(of: total) == allowance)
    }
}
