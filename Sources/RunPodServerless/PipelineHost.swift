import ETLPipeline
package import FoundationEssentials
import HTTPTransport
package import Settings

/// Opens what the pipeline needs for as long as it is used.
package enum PipelineHost {
    /// Calls `body` with a chunk handler around the standard pipeline.
    ///
    /// - Parameter database: The SQLite file clusters are loaded into; `nil` loads nothing.
    package static func withHandler<Value: Sendable>(
        _ settings: Settings,
        database: URL?,
        _ body: (ChunkHandler<SuspendingClock>) async throws -> Value
    ) async throws -> Value {
        let limits = PipelineLimits(settings)
        let store = database.map {
            SQLiteClusterStore(path: $0.path, maximumConnections: settings.databaseMaxConnections)
        }
        return try await HTTPTransport.withTransport(.fetch(inflatedLimit: limits.pageBytes)) { transport in
            let clock = SuspendingClock()
            let pipeline = Pipeline.standard(limits: limits, transport: transport, store: store, clock: clock)
            return try await body(ChunkHandler(pipeline: pipeline, clock: clock))
        }
    }
}

extension PipelineLimits {
    init(_ settings: Settings) {
        self.init()
        request = settings.requestTimeout
        scrape = settings.scrapeTimeout
        navigation = settings.navigationTimeout
        concurrency = settings.fetchConcurrency
    }
}
