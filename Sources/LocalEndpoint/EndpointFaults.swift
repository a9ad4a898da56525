/// What the endpoint does wrong on purpose, so that clients and workers can be tested against it.
///
/// A value that says everything beforehand: which calls, which fault, at which of them. With equal requests in equal
/// order the same faults happen, the drawn ones too.
package struct EndpointFaults: Sendable, Hashable {
    package enum Fault: Sendable, Hashable {
        /// Answers so, and does nothing of what was asked.
        case answer(status: Int, body: String = #"{"error":"fault"}"#, retryAfter: Int? = nil)
        /// Does what was asked, then answers so.
        case answerAfter(status: Int, body: String = #"{"error":"fault"}"#)
        /// Waits, then does what was asked.
        case delay(Duration)
        /// Does what was asked, then waits.
        case delayAnswer(Duration)
        /// Closes the connection, and does nothing of what was asked.
        case drop
        /// Does what was asked, then closes the connection without an answer.
        case dropAfter
        /// Answers as if it had been done, and does nothing.
        case ignore
        /// Of `job-take`: hands the same jobs to the next take as well.
        case deliverAgain
        /// Of `job-take`: leaves out an input that is an empty object.
        case omitEmptyInput
        /// Of `progress`: lets it take effect only after the job's end.
        case late
        /// Of `runsync`, `status-sync` and `stream`: answers at once instead of holding the request.
        case notHeld
        /// Of `health`: shows so many workers that its host has no room for.
        case throttled(Int)
    }

    /// At which of the calls, counted from 1 for each rule.
    package enum Occasion: Sendable, Hashable {
        case always
        /// `count` calls, after the first `after` of them.
        case next(_ count: Int, after: Int = 0)
        /// Each that is a multiple of it.
        case every(Int)
        /// Drawn for each, from 0 for never to 1 for always.
        case chance(Double)
    }

    package struct Rule: Sendable, Hashable {
        /// All calls when empty.
        package var calls: Set<EndpointCall>
        package var fault: Fault
        package var occasion: Occasion

        package init(_ fault: Fault, of calls: Set<EndpointCall>, _ occasion: Occasion = .always) {
            self.calls = calls
            self.fault = fault
            self.occasion = occasion
        }

        /// A rule for one call.
        package static func rule(_ fault: Fault, of call: EndpointCall, _ occasion: Occasion = .always) -> Rule {
            Rule(fault, of: [call], occasion)
        }
    }

    /// All that apply to a call happen to it, in this order; the first that answers or drops decides how.
    package var rules: [Rule]
    /// What a body over its limit is answered with; 413 is what other servers say.
    package var oversizeStatus = 400
    /// Where the draws begin.
    package var seed: UInt64 = 1

    package init(_ rules: [Rule] = []) {
        self.rules = rules
    }
}

/// Says which faults happen to the next call: the rules and how often each was asked.
struct FaultSchedule: Sendable {
    let faults: EndpointFaults
    private var asked: [Int]
    private var draws: UInt64

    init(_ faults: EndpointFaults) {
        self.faults = faults
        asked = faults.rules.map { _ in 0 }
        draws = faults.seed
    }

    /// The faults of one call of that kind.
    mutating func faults(of call: EndpointCall) -> [EndpointFaults.Fault] {
        var result: [EndpointFaults.Fault] = []
        for (place, rule) in faults.rules.enumerated() where rule.calls.isEmpty || rule.calls.contains(call) {
            asked[place] += 1
            let happens =
                switch rule.occasion {
                case .always: true
                case .next(let count, let after): asked[place] > after && asked[place] <= after + count
                case .every(let period): period > 0 && asked[place].isMultiple(of: period)
                case .chance(let chance): draw() < chance
                }
            if happens { result.append(rule.fault) }
        }
        return result
    }

    /// A number from 0 to 1, by SplitMix64 (Steele, Lea and Flood, 2014).
    private mutating func draw() -> Double {
        draws &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (draws ^ (draws >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ (mixed >> 31)) >> 11) / Double(1 << 53)
    }
}
