package import Flashpoints

/// Extract, transform and load for one flashpoint: a list of stages run one after another.
///
/// Feeds are fetched and their articles extracted, summarised, turned into vectors, clustered into stories and loaded
/// into a database. What goes wrong with a feed costs that feed; what goes wrong with a flashpoint is its failure; the
/// caller goes on with the next one.
package struct Pipeline<C: Clock>: Sendable where C.Duration == Duration {
    private let stages: [any Stage]
    private let limits: PipelineLimits
    private let clock: C

    /// Puts a pipeline together from its stages, in the order in which they run.
    package init(stages: [any Stage], limits: PipelineLimits, clock: C) {
        self.stages = stages
        self.limits = limits
        self.clock = clock
    }

    /// Processes one flashpoint and tells how that ended and how many seconds it took.
    ///
    /// `report` is called from several tasks, in no fixed order between feeds. A stage that overruns its limit, or
    /// during which the flashpoint overruns its own, fails the flashpoint with class `timeout` and the stage's name.
    ///
    /// - Parameter lastStageBegins: Called when the last stage begins, should it come to that.
    /// - Throws: `CancellationError` when the caller is cancelled; then nothing was loaded, or all of it.
    @concurrent
    package func process(
        _ flashpoint: Flashpoint,
        date: String,
        cleanup: Bool,
        lastStageBegins: @Sendable () -> Void = {},
        report: @escaping @Sendable (PipelineReport) -> Void
    ) async throws(CancellationError) -> PipelineOutcome {
        let start = clock.now
        let result: Result<JSONValue, Failure>
        do {
            guard let date = NewsDate(date) else {
                throw Failure(.permanent, "the date “\(date)” is not a day written as YYYY-MM-DD")
            }
            let state = FlashpointState(flashpoint, date: date, cleanup: cleanup)
            result = .success(try await run(state, from: start, lastStageBegins, report: report))
        } catch let failure as Failure {
            result = .failure(failure)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            result = .failure(Failure(.transient, "the pipeline broke off: \(error)"))
        }
        return PipelineOutcome(result: result, seconds: start.duration(to: clock.now).inSeconds)
    }

    private func run(
        _ initial: FlashpointState,
        from start: C.Instant,
        _ lastStageBegins: @Sendable () -> Void,
        report: @escaping @Sendable (PipelineReport) -> Void
    ) async throws -> JSONValue {
        var state = initial
        for (place, stage) in stages.enumerated() {
            if place == stages.count - 1 { lastStageBegins() }
            let begun = clock.now
            let remaining = limits.request - start.duration(to: begun)
            let known = state.seconds
            do {
                let input = state
                state = try await withDeadline(min(remaining, stage.limit ?? remaining), clock: clock) {
                    try await stage.run(input, StageContext(stage: stage.name, report: report))
                }
            } catch is DeadlineExceeded {
                throw overrun(stage, remaining: remaining)
            } catch let failure as Failure {
                throw failure
            } catch {
                try Task.checkCancellation()
                throw Failure(.transient, stage: stage.name, "\(error)")
            }
            let parts = state.seconds.filter { known[$0.key] == nil }.values.reduce(0, +)
            let elapsed = begun.duration(to: clock.now).inSeconds
            state.seconds[stage.name] = max(0, elapsed - parts)
        }
        return try PipelineResult(state).asJSONValue()
    }

    private func overrun(_ stage: any Stage, remaining: Duration) -> Failure {
        if let limit = stage.limit, limit < remaining {
            return Failure(
                .timeout,
                stage: stage.name,
                "\(stage.name) took longer than its \(limit.inSeconds.formatted) s"
            )
        }
        return Failure(
            .timeout,
            stage: stage.name,
            "the flashpoint took longer than its \(limits.request.inSeconds.formatted) s (REQUEST_TIMEOUT)"
        )
    }
}

/// How the work on one flashpoint ended.
package struct PipelineOutcome: Sendable, Hashable {
    /// The result for the job's record, or why there is none.
    package var result: Result<JSONValue, Failure>
    /// Seconds from beginning to end.
    package var seconds: Double

    package init(result: Result<JSONValue, Failure>, seconds: Double) {
        self.result = result
        self.seconds = seconds
    }
}

extension Double {
    /// The number without a fraction that says nothing: `7200` and `0.5`.
    fileprivate var formatted: String {
        Int(exactly: self).map { "\($0)" } ?? "\(self)"
    }
}
