extension EndpointFaults.Rule {
    /// A rule's text can't be read; says why, with what would be right.
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    /// Reads `CALL=FAULT` or `CALL=FAULT@OCCASION`, as in `run=answer:500@next:2`.
    ///
    /// CALL is one or more names of calls with `+` between them, or `all`. FAULT is `answer:STATUS`, `answer-after:STATUS`,
    /// `delay:MS`, `delay-answer:MS`, `drop`, `drop-after`, `ignore`, `deliver-again`, `omit-empty-input`, `late`,
    /// `not-held` or `throttled:WORKERS`. OCCASION is `next:COUNT`, `next:COUNT:AFTER`, `every:N` or `chance:P`.
    package init(parsing text: String) throws(Problem) {
        let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard sides.count == 2 else {
            throw Problem(description: "\(text): give CALL=FAULT, as in run=answer:500@next:2")
        }
        let parts = sides[1].split(separator: "@", maxSplits: 1).map(String.init)
        guard let what = parts.first else { throw Problem(description: "\(text): the fault is missing") }
        self.init(
            try Self.fault(what),
            of: try Self.calls(sides[0]),
            parts.count > 1 ? try Self.occasion(parts[1]) : .always
        )
    }

    private static func calls(_ text: String) throws(Problem) -> Set<EndpointCall> {
        if text == "all" { return [] }
        var calls: Set<EndpointCall> = []
        for name in text.split(separator: "+") {
            guard let call = EndpointCall(rawValue: String(name)) else {
                let known = EndpointCall.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(description: "\(name): no call of an endpoint; give all, or of \(known)")
            }
            calls.insert(call)
        }
        return calls
    }

    private static func fault(_ text: String) throws(Problem) -> EndpointFaults.Fault {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let number = parts.count > 1 ? Int(parts[1]) : nil
        switch (parts.first, number) {
        case ("answer", let status?) where 200...599 ~= status: return .answer(status: status)
        case ("answer-after", let status?) where 200...599 ~= status: return .answerAfter(status: status)
        case ("delay", let pause?) where pause >= 0: return .delay(.milliseconds(pause))
        case ("delay-answer", let pause?) where pause >= 0: return .delayAnswer(.milliseconds(pause))
        case ("throttled", let count?) where count >= 0: return .throttled(count)
        default: break
        }
        let plain: [String: EndpointFaults.Fault] = [
            "drop": .drop, "drop-after": .dropAfter, "ignore": .ignore, "deliver-again": .deliverAgain,
            "omit-empty-input": .omitEmptyInput, "late": .late, "not-held": .notHeld,
        ]
        guard let fault = plain[text] else {
            let known = plain.keys.sorted().joined(separator: ", ")
            throw Problem(
                description: "\(text): no fault; give answer:STATUS, answer-after:STATUS (200 to 599), delay:MS, "
                    + "delay-answer:MS, throttled:WORKERS, or one of \(known)"
            )
        }
        return fault
    }

    private static func occasion(_ text: String) throws(Problem) -> EndpointFaults.Occasion {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count) {
        case ("next", 2...3):
            if let count = Int(parts[1]), let after = parts.count == 3 ? Int(parts[2]) : 0, count > 0, after >= 0 {
                return .next(count, after: after)
            }
        case ("every", 2):
            if let period = Int(parts[1]), period > 0 { return .every(period) }
        case ("chance", 2):
            if let chance = Double(parts[1]), 0...1 ~= chance { return .chance(chance) }
        default: break
        }
        throw Problem(
            description:
                "\(text): no occasion; give next:COUNT, next:COUNT:AFTER, every:N or chance:P with P from 0 to 1"
        )
    }
}
