import Coordination
public import Flashpoints
import FoundationEssentials
import RunJournal

/// A run under way: its events as they come, and the commands an operator has.
public struct ServerlessRun: Sendable {
    let handle: RunHandle

    /// The run's id, `YYYYMMDD-xxxx`.
    public var id: String { handle.header.run }

    /// Flashpoints of each worker's share.
    public var shares: [Int] { handle.header.shares }

    /// The run's events in batches, at the reader's own speed, until the run ends.
    public var events: some AsyncSequence<[RunEvent], Never> & Sendable {
        handle.batches().map { batch in batch.map(RunEvent.init) }
    }

    /// Cancels the worker's job and drops the rest of its share; what it has brought stays.
    ///
    /// - Parameter worker: From 1.
    public func cancelWorker(_ worker: Int) async -> CommandReceipt { await send(.cancelWorker(worker)) }

    /// Tries the worker's failed and cancelled flashpoints again.
    ///
    /// - Parameter worker: From 1.
    public func retryWorker(_ worker: Int) async -> CommandReceipt { await send(.retryWorker(worker, indices: nil)) }

    /// Cancels all that has not settled.
    public func cancel() async -> CommandReceipt { await send(.cancelRun) }

    /// Submits nothing new until `proceed`.
    public func pause() async -> CommandReceipt { await send(.pause) }

    /// Submits again.
    public func proceed() async -> CommandReceipt { await send(.proceed) }

    /// Leaves the run; `etl-dash resume` goes on with it.
    public func stop() async { await handle.stop() }

    private func send(_ command: Command) async -> CommandReceipt {
        switch await handle.send(command) {
        case .accepted: .accepted
        case .tooLate(let why): .tooLate(why)
        case .unknown(let what): .unknown(what)
        }
    }
}

/// What became of a command.
public enum CommandReceipt: Sendable, Hashable {
    /// It is on disk and under way.
    case accepted
    /// It would change nothing any more; says why.
    case tooLate(String)
    /// It names what the run does not have; says what.
    case unknown(String)
}

/// One thing that happened in a run, in the form that `--events` prints.
public struct RunEvent: Sendable, Hashable {
    /// Position in the run, growing.
    public let seq: Int
    /// Seconds the run has been driven.
    public let seconds: Double
    /// Such as `flashpoint.settled`.
    public let name: String
    /// The event's own fields.
    public let fields: [String: JSONValue]

    init(_ event: Event) {
        seq = event.seq
        seconds = event.t
        name = event.name
        let whole = (try? JSONCoding.encode(event)).flatMap { try? JSONCoding.decode(JSONValue.self, from: $0) }
        let envelope: Set = ["v", "seq", "at", "t", "event"]
        fields = whole?.objectValue?.filter { !envelope.contains($0.key) } ?? [:]
    }
}

/// What a finished run brought.
public struct RunReport: Sendable {
    /// The run's id.
    public let run: String
    /// Whether nothing failed and nothing was cancelled.
    public let ok: Bool
    /// Seconds driven.
    public let seconds: Double
    /// Seconds that the settled flashpoints took together.
    public let sequentialSeconds: Double
    /// The second by the first; `nil` with nothing settled.
    public let speedup: Double?
    /// The speedup by the number of workers.
    public let efficiency: Double?
    /// The results in input order, `nil` where there is none.
    public let results: [JSONValue?]
    /// The flashpoints that failed, by index, and why.
    public let failures: [Int: Failure]

    init(_ answer: RunAnswer, _ folder: RunFolder) async throws {
        run = answer.run
        ok = answer.ok
        seconds = answer.durationSeconds
        sequentialSeconds = answer.sequentialSeconds
        speedup = answer.speedup
        efficiency = answer.efficiency
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        var results: [JSONValue?] = []
        while results.count < answer.flashpoints {
            let page = results.count..<min(results.count + 64, answer.flashpoints)
            for text in try await journal.results(in: page) {
                results.append(try text.map { try JSONCoding.decode(JSONValue.self, from: Data($0)) })
            }
        }
        self.results = results
        var failures: [Int: Failure] = [:]
        var next = 0
        while case let page = try await journal.failures(from: next), let last = page.last {
            for failure in page { failures[failure.index] = failure.failure }
            next = last.index + 1
        }
        self.failures = failures
        try journal.close()
    }
}
