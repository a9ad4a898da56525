import Coordination
import Flashpoints
import FoundationEssentials
import Synchronization

/// The record that stands in the README, made by `run --sample --events`.
enum SampleRecord {
    static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "EndToEndTests/Fixtures/sample.jsonl")
}

/// A run of two workers in events that a test can count on.
enum ShortRun {
    static let began: Int64 = 1_735_732_800_000

    /// `run.planned` and one log line at each of the seconds driven.
    static func events(at seconds: [Double], pauseAfter gap: Double? = nil) -> [Event] {
        let header = RunHeader(
            run: "20250101-abcd",
            date: "2025-01-01",
            trigger: "manual",
            cleanup: true,
            workers: 2,
            strategy: .even,
            flashpoints: 4,
            shares: [2, 2],
            chunks: [1, 1]
        )
        var events = [Event(seq: 1, at: began, t: 0, body: .runPlanned(header))]
        for t in seconds {
            // An hour in which nobody drove the run.
            let rest: Int64 = if let gap, t > gap { 3_600_000 } else { 0 }
            let body = Event.Body.log(level: .info, worker: nil, message: "at \(t)")
            events.append(Event(seq: events.count + 1, at: began + Int64(t * 1_000) + rest, t: t, body: body))
        }
        return events
    }

    /// The events as `--events` prints them.
    static func text(_ events: [Event]) throws -> String {
        try events.map { String(decoding: try JSONCoding.encode($0), as: UTF8.self) + "\n" }.joined()
    }
}

/// A value that several tasks of a test change.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) { mutex = Mutex(value) }

    var value: Value { mutex.withLock { $0 } }

    func change(_ body: (inout sending Value) -> Void) { mutex.withLock { body(&$0) } }
}
