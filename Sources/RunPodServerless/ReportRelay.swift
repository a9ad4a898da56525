import ETLPipeline
import Flashpoints

/// Carries what the pipeline tells while it works on one flashpoint into the job's stream.
///
/// Each record is a request to the platform, so progress goes out once a second and at each new stage; log lines below
/// INFO only when the run asks for them. Between a fast pipeline and a slow platform some 500 reports wait, and then
/// the oldest are dropped.
struct ReportRelay<C: Clock>: Sendable where C.Duration == Duration {
    let index: Int
    let wantsDebug: Bool
    let clock: C
    let emit: @Sendable (StreamRecord) async -> Void

    /// Calls `body` and relays what it reports; all of it is out when this returns.
    func run<Value: Sendable>(
        _ body: (@escaping @Sendable (PipelineReport) -> Void) async throws -> Value
    ) async throws -> Value {
        let (reports, sink) = AsyncStream.makeStream(of: PipelineReport.self, bufferingPolicy: .bufferingNewest(512))
        async let relayed: Void = relay(reports)
        do {
            let value = try await body { sink.yield($0) }
            sink.finish()
            await relayed
            return value
        } catch {
            sink.finish()
            await relayed
            throw error
        }
    }

    private func relay(_ reports: AsyncStream<PipelineReport>) async {
        var stage = ""
        var told = clock.now
        for await report in reports {
            switch report {
            case .log(let level, let message):
                guard level != .debug || wantsDebug else { continue }
                await emit(.log(level: level.rawValue, message: message))
            case .progress(let newStage, let done, let total):
                guard newStage != stage || told.duration(to: clock.now) >= .seconds(1) else { continue }
                stage = newStage
                told = clock.now
                await emit(.progress(index: index, stage: stage, done: done, of: total))
            }
        }
    }
}
