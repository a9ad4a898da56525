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
    /// Whether anything was killed that had jobs, so that the endpoint may tell of them that they are lost.
    var mayLoseJobs = false

    /// Everything that is wrong, in words.
    var faults: [String] {
        answerFaults + resultFaults + journalFaults + executionFaults + submissionFaults
    }

    /// Flashpoints without a result of their own.
    var lost: Int { count - ownResults.count }
    /// Results beyond the first of a flashpoint.
    var doubled: Int {
        let indices = settlements.filter { if case .ok = $0.outcome { true } else { false } }.map(\.index)
        return indices.count - Set(indices).count
    }
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
        let reopenings = events.count { $0.name == "run.retried" || $0.name == "worker.retried" }
        if !(1...reopenings + 1 ~= ends) || events.last?.name != "run.ended" {
            faults.append("the run has \(ends) ends")
        }
        var settled: [Int: Settlement] = [:]
        for event in events {
            switch event.body {
            case .flashpointSettled(let settlement):
                let index = settlement.index
                if settled.updateValue(settlement, forKey: index) != nil {
                    faults.append("flashpoint \(index) has two outcomes")
                }
                guard case .ok = settlement.outcome else { continue }
                if results.indices.contains(index), result(in: event) != results[index] {
                    faults.append("flashpoint \(index) has another result in the answer than in the journal")
                }
            case .attemptIntended(let ref, _, let indices, _):
                let again = indices.filter { settled[$0] != nil }
                if !again.isEmpty { faults.append("\(ref) is to do \(again) again, which are settled") }
            case .runRetried: settled = settled.filter(\.value.isOK)
            case .workerRetried(let worker, let indices):
                settled = settled.filter { index, settlement in
                    settlement.isOK || settlement.worker != worker || indices?.contains(index) == false
                }
            default: break
            }
        }
        for index in 0..<count {
            guard let outcome = settled[index]?.outcome else {
                faults.append("flashpoint \(index) has no outcome")
                continue
            }
            if case .ok = outcome { continue }
            faults.append("flashpoint \(index) is \(outcome)")
        }
        return faults
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

    /// A flashpoint is sent again only once its attempt has ended, and for a reason.
    private var submissionFaults: [String] {
        var faults: [String] = []
        var attempts: [AttemptRef: Submission] = [:]
        var latest: [Int: AttemptRef] = [:]
        for event in events {
            switch event.body {
            case .attemptIntended(let ref, _, let indices, let endpoint):
                for index in indices {
                    guard let former = latest.updateValue(ref, forKey: index) else { continue }
                    guard let why = attempts[former]?.objection(to: index, endpoint, mayLoseJobs) else { continue }
                    faults.append("flashpoint \(index) is sent again as \(ref), and \(former) \(why)")
                }
                attempts[ref] = Submission(endpoint: endpoint)
            case .attemptAccepted(let ref, _):
                if attempts[ref]?.end == nil { attempts[ref]?.isKnown = true }
            case .attemptRefused(let ref, _): attempts[ref]?.isRefused = true
            case .attemptEnded(let ref, let end): attempts[ref]?.end = end
            case .flashpointFailed(let ref, let index, _, _, _): attempts[ref]?.failed.insert(index)
            default: break
            }
        }
        return faults
    }

    /// What the journal has of one submission.
    private struct Submission {
        var endpoint: String
        var isKnown = false
        var isRefused = false
        var end: AttemptEnd?
        var failed: Set<Int> = []

        /// What speaks against sending one of its flashpoints again.
        func objection(to index: Int, _ now: String, _ mayLoseJobs: Bool) -> String? {
            guard let end else { return isRefused ? nil : "had not ended" }
            switch end.kind {
            case .gone:
                let hasGone = endpoint.contains("#") && endpoint != now
                return hasGone ? nil : "was given up, though its endpoint is there"
            case .lost where end.isUnanswered: return isKnown ? "was given up, though its job was known" : nil
            case .lost: return mayLoseJobs ? nil : "was lost (\(end.status)), though nothing had died that had its job"
            case .completed: return failed.contains(index) ? nil : "completed and told of no failure"
            case .failed, .timedOut, .cancelled, .oversize, .absent: return nil
            }
        }
    }
}

extension Settlement {
    fileprivate var isOK: Bool { if case .ok = outcome { true } else { false } }
}
