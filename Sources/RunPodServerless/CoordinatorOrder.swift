package import Flashpoints
import FoundationEssentials
package import Settings

/// A batch that somebody submitted as one job, for the worker that takes it to coordinate.
package struct CoordinatorOrder: Sendable {
    /// What every job carries; of a batch from `run --remote` its `run` is that of the caller.
    package var input: JobInput
    /// The settings of the worker with what the job asks for.
    package var settings: Settings

    /// Reads the job's input, whose `workers`, `strategy`, `retries` and `max_failures` go before the worker's settings.
    ///
    /// - Throws: `Failure` that names the field.
    package init(_ input: JobInput, json: JSONValue, settings: Settings) throws(Failure) {
        self.input = input
        var settings = settings
        if let workers = try Self.whole("workers", in: json, 1...256) { settings.runpodWorkers = workers }
        if let retries = try Self.whole("retries", in: json, 0...20) { settings.retries = retries }
        if let failures = try Self.whole("max_failures", in: json, 0...Int(Int32.max)) {
            settings.maxFailures = .count(failures)
        }
        if let text = json["strategy"], text != .null {
            guard let strategy = text.stringValue.flatMap(Settings.Strategy.init(rawValue:)) else {
                throw Self.problem("strategy", "must be even or balanced")
            }
            settings.strategy = strategy
        }
        if let level = input.run.flatMap({ Settings.LogLevel(rawValue: $0.logLevel) }) { settings.logLevel = level }
        settings.trigger = input.trigger
        settings.cleanup = input.cleanup
        if !input.date.isEmpty { settings.date = input.date }
        // Nobody looks on who could be asked: a breaker would only end in cancelling.
        settings.breaker = 0
        // What the caller sent whole goes on whole.
        settings.runpodPayload = .full
        self.settings = settings
    }

    private static func whole(
        _ field: String,
        in json: JSONValue,
        _ range: ClosedRange<Int>
    ) throws(Failure) -> Int? {
        guard let value = json[field], value != .null else { return nil }
        guard let number = value.intValue, range.contains(number) else {
            throw problem(field, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func problem(_ field: String, _ what: String) -> Failure {
        Failure(.permanent, "the job's input can't be used: \(field) \(what)")
    }
}

extension JobInput {
    /// Whether the job is a batch to be coordinated rather than a chunk of one.
    package var isBatch: Bool { trigger != Self.workerTrigger }
}
