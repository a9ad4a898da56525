import Coordination
import Flashpoints

/// What has to hold of a run that died and was resumed, as often as it may, once it has ended.
struct KillLaw: Sendable {
    /// How many flashpoints the run has.
    var count: Int
    /// The address of each flashpoint's only page.
    var urls: [String]
    var answer: JSONValue
    /// All that the journal holds.
    var events: [Event]
    /// How often each page was fetched.
    var fetches: [Int]
    /// How often more than submitted a flashpoint may have been begun: deaths of workers, whose jobs are handed out again.
    var handedOutAgain = 0

    /// Everything that is wrong, in words.
    var faults: [String] {
        answerFaults + resultFaults + journalFaults + executionFaults
    }

    /// Flashpoints without a result of their own.
    var lost: Int { count - ownResults.count }
    /// Outcomes beyond the first of a flashpoint.
    var doubled: Int { settlements.count - Set(settlements.map(\.index)).count }
    /// Executions beyond the first of a flashpoint.
    var extraExecutions: Int { fetches.map { max(0, $0 - 1) }.reduce(0, +) }

    private var results: [JSONValue] { answer["results"]?.arrayValue ?? [] }

    private var settlements: [Settlement] {
        events.compactMap { if case .flashpointSettled(let settlement) = $0.body { settlement } else { nil } }
    }

    /// The positions at which the answer has the result made from the flashpoint that stands there in the input.
    private var ownResults: [Int] {
        results.indices.filter { index in
            guard index < count, let cluster = results[index]["clusters"]?.arrayValue?.first else { return false }
            return cluster["flashpoint_id"]?.stringValue == "fp-\(index)"
                && cluster["urls"] == [.string(urls[index])]
                && cluster["summary"]?.stringValue?.contains(KillSite.mark(index)) == true
        }
    }

    private var answerFaults: [String] {
        let told = ["flashpoints", "succeeded", "failed", "cancelled"].map { answer[$0]?.intValue }
        return answer["ok"] == true && told == [count, count, 0, 0] ? [] : ["the answer tells \(told)"]
    }

    private var resultFaults: [String] {
        let missing = Set(0..<count).subtracting(ownResults).sorted()
        let surplus = results.count == count ? [] : ["there are \(results.count) results"]
        return surplus + missing.map { "result \($0) is not made from flashpoint \($0)" }
    }

    private var journalFaults: [String] {
        var faults: [String] = []
        for (event, next) in zip(events, events.dropFirst()) where event.seq >= next.seq || event.t > next.t {
            faults.append("event \(next.seq) at \(next.t) s comes after event \(event.seq) at \(event.t) s")
        }
        let ends = events.count { $0.name == "run.ended" }
        if ends != 1 || events.last?.name != "run.ended" { faults.append("the run has \(ends) ends") }
        var settled: Set<Int> = []
        for event in events {
            switch event.body {
            case .flashpointSettled(let settlement):
                let index = settlement.index
                if !settled.insert(index).inserted { faults.append("flashpoint \(index) has two outcomes") }
                if case .ok = settlement.outcome {
                } else {
                    faults.append("flashpoint \(index) is \(settlement.outcome)")
                }
                if results.indices.contains(index), result(in: event) != results[index] {
                    faults.append("flashpoint \(index) has another result in the answer than in the journal")
                }
            case .attemptIntended(let ref, _, let indices, _):
                let again = indices.filter(settled.contains)
                if !again.isEmpty { faults.append("\(ref) is to do \(again) again, which are settled") }
            default: break
            }
        }
        return faults + Set(0..<count).subtracting(settled).sorted().map { "flashpoint \($0) has no outcome" }
    }

    /// The result as the event's own JSON has it.
    private func result(in event: Event) -> JSONValue? {
        (try? JSONCoding.encode(event)).flatMap { try? JSONCoding.decode(JSONValue.self, from: $0) }?["result"]
    }

    /// A page is fetched at least once, and no more often than its flashpoint was sent out.
    private var executionFaults: [String] {
        var sent = Array(repeating: 0, count: count)
        for event in events {
            if case .attemptIntended(_, _, let indices, _) = event.body {
                for index in indices where sent.indices.contains(index) { sent[index] += 1 }
            }
        }
        return (0..<count).filter { fetches[$0] < 1 || fetches[$0] > sent[$0] + handedOutAgain }.map { index in
            "flashpoint \(index) was sent \(sent[index]) times and begun \(fetches[index]) times"
        }
    }
}
