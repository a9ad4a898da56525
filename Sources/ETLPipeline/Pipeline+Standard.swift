package import HTTPTransport

extension Pipeline {
    /// The pipeline as workers run it.
    ///
    /// - Parameters:
    ///   - transport: Made for `.fetch`, and kept open as long as the pipeline is used.
    ///   - store: Where clusters go; nil loads nothing.
    ///   - jitter: Gives numbers in 0..<1 that spread retries.
    package static func standard(
        limits: PipelineLimits,
        transport: any HTTPSending,
        store: (any ClusterStore)?,
        clock: C,
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) -> Pipeline {
        let fetcher = PageFetcher(transport: transport, limits: limits, clock: clock, jitter: jitter)
        return Pipeline(
            stages: [
                ExtractStage(source: fetcher, limits: limits, clock: clock),
                SummariseStage(),
                VectoriseStage(),
                ClusterStage(),
                LoadStage(store: store),
            ],
            limits: limits,
            clock: clock
        )
    }
}
