public import FoundationEssentials

/// What the operator decides about a run: how many workers, where they are, and how long things may take.
///
/// `load` reads the settings from flags, the environment and a `.env` file, in this order; what nothing sets has its
/// default. Properties may be changed afterwards, as tests and programs that embed the library do; `provenance(of:)`
/// goes on telling where the loaded value stood.
///
/// ```swift
/// let workers = try Settings.load().runpodWorkers
/// ```
public struct Settings: Sendable {
    /// `RUNPOD_WORKERS`: workers that share a batch, 1 to 256.
    public var runpodWorkers: Int = SettingsTable.runpodWorkers.fallback
    /// `RUNPOD_API_KEY`: the key of the RunPod account.
    public var runpodAPIKey: Secret? = SettingsTable.runpodAPIKey.fallback
    /// `RUNPOD_ENDPOINT`: the serverless endpoint, an http or https URL; nil for workers on this machine.
    public var runpodEndpoint: URL? = SettingsTable.runpodEndpoint.fallback
    /// `RUNPOD_PAYLOAD`: what a job carries for each flashpoint.
    public var runpodPayload: Payload = SettingsTable.runpodPayload.fallback
    /// `RUNPOD_PRICE_PER_S`: dollars for one second of one worker; nil when cost is not to be shown.
    public var runpodPrice: Double? = SettingsTable.runpodPrice.fallback

    /// `REQUEST_TIMEOUT`: bounds the pipeline of one flashpoint.
    public var requestTimeout: Duration = SettingsTable.requestTimeout.fallback
    /// `GPU_TIMEOUT`: bounds GPU inference.
    public var gpuTimeout: Duration = SettingsTable.gpuTimeout.fallback
    /// `RENDER_TIMEOUT_S`: bounds the rendering of a page.
    public var renderTimeout: Duration = SettingsTable.renderTimeout.fallback
    /// `SCRAPE_TIMEOUT_S`: bounds the extraction of a flashpoint's pages.
    public var scrapeTimeout: Duration = SettingsTable.scrapeTimeout.fallback
    /// `NAVIGATION_TIMEOUT_S`: bounds the way to a page.
    public var navigationTimeout: Duration = SettingsTable.navigationTimeout.fallback
    /// `JOB_TIMEOUT_S`: bounds a job.
    public var jobTimeout: Duration = SettingsTable.jobTimeout.fallback

    /// `ETL_DATE`: the day whose news is loaded, a real day as `YYYY-MM-DD`; nil for the day the run is planned on.
    public var date: String? = SettingsTable.date.fallback
    /// `ETL_CLEANUP`: whether a flashpoint's earlier rows of the day go when its new ones come.
    public var cleanup: Bool = SettingsTable.cleanup.fallback
    /// `ETL_TRIGGER`: who or what started the run.
    public var trigger: String = SettingsTable.trigger.fallback
    /// `ETL_STRATEGY`: how flashpoints are shared out.
    public var strategy: Strategy = SettingsTable.strategy.fallback
    /// `ETL_RETRIES`: how often a failed flashpoint is tried again.
    public var retries: Int = SettingsTable.retries.fallback
    /// `ETL_MAX_FAILURES`: failures after which a run gives up the rest; nil for no limit.
    public var maxFailures: FailureLimit? = SettingsTable.maxFailures.fallback
    /// `ETL_BREAKER`: identical failures in a row at which a run pauses and asks; 0 for never.
    public var breaker: Int = SettingsTable.breaker.fallback
    /// `ETL_CHUNK_MAX`: most flashpoints in one job.
    public var chunkMax: Int = SettingsTable.chunkMax.fallback

    /// `ETL_FETCH_CONCURRENCY`: articles that one worker fetches at a time.
    public var fetchConcurrency: Int = SettingsTable.fetchConcurrency.fallback
    /// `ETL_DATABASE`: the SQLite file, absolute; nil when nothing names one (see `localDatabase`).
    public var database: URL? = SettingsTable.database.fallback
    /// `DATABASE_MAX_CONNECTIONS`: most database connections of one worker.
    public var databaseMaxConnections: Int = SettingsTable.databaseMaxConnections.fallback

    /// `ETL_ASCII`: whether the screen keeps to ASCII characters.
    public var ascii: Bool = SettingsTable.ascii.fallback
    /// `ETL_COLOR`: whether the screen has colours.
    public var color: ColorUse = SettingsTable.color.fallback
    /// `ETL_THEME`: what the screen's background is.
    public var theme: Theme = SettingsTable.theme.fallback
    /// `ETL_READONLY`: whether the screen has no keys that change the run.
    public var readOnly: Bool = SettingsTable.readOnly.fallback

    /// `LOG_LEVEL`: how much is logged.
    public var logLevel: LogLevel = SettingsTable.logLevel.fallback
    /// `ETL_DASH_HOME`: the folder that keeps runs, absolute; it need not exist.
    public var home: URL = SettingsTable.home.fallback
    /// `ETL_ON_HANGUP`: what a run does when its terminal goes away.
    public var onHangup: HangupResponse = SettingsTable.onHangup.fallback

    /// What the `.env` file holds that is probably a slip.
    public internal(set) var warnings: [Warning] = []

    var provenances: [Key: Provenance] = [:]

    init() {}

    /// The settings when nothing sets anything.
    public static let defaults = Settings()

    /// The SQLite file of a pipeline on this machine: `ETL_DATABASE`, else `news.sqlite` in `ETL_DASH_HOME`.
    public var localDatabase: URL { database ?? home.appending(path: "news.sqlite", directoryHint: .notDirectory) }

    /// Where the value of `key` was found when the settings were loaded.
    ///
    /// A variable or line that stands there empty unsets a setting; then it is what this names, beside the default.
    public func provenance(of key: Key) -> Provenance { provenances[key] ?? .default }
}
