import Flashpoints
import FoundationEssentials

/// Reads events from their lines of JSON, most of them at a tenth of a decoder's cost.
///
/// The events that make up nearly all of a run are read by a scanner of flat objects; whatever it can't make sense of,
/// among it all that is wrong, goes to the decoder.
package struct EventReader {
    private enum Slot {
        case absent
        case text(Range<Int>)
        case number(Range<Int>)
        case flag(Bool)
        case null
        case indices([Int])
    }

    private let decoder = JSONDecoder()
    private var slots = [Slot](repeating: .absent, count: Event.Field.allCases.count)
    private var used: [Int] = []

    package init() {}

    /// The event that a line is.
    ///
    /// - Throws: `DecodingError` for another version, an unknown name, a missing field, and what is no JSON.
    package mutating func event(_ line: UnsafeRawBufferPointer) throws -> Event {
        if scan(line), let event = event(from: line) { return event }
        return try decoder.decode(Event.self, from: Data(line))
    }

    /// The event that a line is.
    ///
    /// - Throws: As the other.
    package mutating func event(_ line: [UInt8]) throws -> Event {
        try line.withUnsafeBytes { try event($0) }
    }

    // MARK: - Scanning

    /// Finds the fields of a flat object; false when the line is anything else or has a key of nobody's.
    private mutating func scan(_ line: UnsafeRawBufferPointer) -> Bool {
        for place in used { slots[place] = .absent }
        used.removeAll(keepingCapacity: true)
        var at = 0
        guard line.count > 2, line[0] == UInt8(ascii: "{"), line[line.count - 1] == UInt8(ascii: "}") else {
            return false
        }
        at = 1
        while true {
            guard let key = Self.quoted(line, &at), at < line.count, line[at] == UInt8(ascii: ":"),
                let field = Self.field(line, key)
            else { return false }
            at += 1
            guard let slot = Self.value(line, &at), at < line.count else { return false }
            // A key that comes twice is the decoder's business.
            guard case .absent = slots[field] else { return false }
            slots[field] = slot
            used.append(field)
            if line[at] == UInt8(ascii: ",") {
                at += 1
            } else {
                return line[at] == UInt8(ascii: "}") && at == line.count - 1
            }
        }
    }

    /// A string without escapes; its range, and `at` behind its end.
    private static func quoted(_ line: UnsafeRawBufferPointer, _ at: inout Int) -> Range<Int>? {
        guard at < line.count, line[at] == UInt8(ascii: "\"") else { return nil }
        let start = at + 1
        var end = start
        while end < line.count {
            let byte = line[end]
            if byte == UInt8(ascii: "\"") {
                at = end + 1
                return start..<end
            }
            if byte == UInt8(ascii: "\\") || byte < 0x20 { return nil }
            end += 1
        }
        return nil
    }

    private static func value(_ line: UnsafeRawBufferPointer, _ at: inout Int) -> Slot? {
        guard at < line.count else { return nil }
        switch line[at] {
        case UInt8(ascii: "\""): return quoted(line, &at).map { .text($0) }
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(number(line, &at))
        case UInt8(ascii: "t"): return word("true", line, &at) ? .flag(true) : nil
        case UInt8(ascii: "f"): return word("false", line, &at) ? .flag(false) : nil
        case UInt8(ascii: "n"): return word("null", line, &at) ? .null : nil
        case UInt8(ascii: "["): return indices(line, &at).map { .indices($0) }
        default: return nil
        }
    }

    private static func number(_ line: UnsafeRawBufferPointer, _ at: inout Int) -> Range<Int> {
        let start = at
        while at < line.count {
            switch line[at] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                at += 1
            default: return start..<at
            }
        }
        return start..<at
    }

    private static func word(_ word: StaticString, _ line: UnsafeRawBufferPointer, _ at: inout Int) -> Bool {
        let end = at + word.utf8CodeUnitCount
        guard end <= line.count else { return false }
        let isIt = word.withUTF8Buffer { line[at..<end].elementsEqual($0) }
        at = end
        return isIt
    }

    private static func indices(_ line: UnsafeRawBufferPointer, _ at: inout Int) -> [Int]? {
        var list: [Int] = []
        at += 1
        if at < line.count, line[at] == UInt8(ascii: "]") {
            at += 1
            return list
        }
        while at < line.count {
            guard let index = integer(line, number(line, &at)), at < line.count else { return nil }
            list.append(index)
            let byte = line[at]
            at += 1
            if byte == UInt8(ascii: "]") { return list }
            guard byte == UInt8(ascii: ",") else { return nil }
        }
        return nil
    }

    // MARK: - Fields

    /// A key's first eight bytes as one number, which tells all our keys apart.
    private static func packed(_ key: some Sequence<UInt8>) -> UInt64 {
        key.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static let keys = Event.Field.names.map { (packed: packed($0.utf8), count: $0.utf8.count) }

    private static func field(_ line: UnsafeRawBufferPointer, _ key: Range<Int>) -> Int? {
        var number: UInt64 = 0
        for place in key.prefix(8) { number = number << 8 | UInt64(line[place]) }
        return keys.firstIndex { $0.packed == number && $0.count == key.count }
    }

    private static func integer(_ line: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int? {
        guard !range.isEmpty, range.count <= 18 else { return nil }
        var place = range.lowerBound
        let isNegative = line[place] == UInt8(ascii: "-")
        if isNegative { place += 1 }
        guard place < range.upperBound else { return nil }
        var number = 0
        while place < range.upperBound {
            let byte = line[place]
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
            place += 1
        }
        return isNegative ? -number : number
    }

    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    /// The number nearest to the digits: a division of two numbers that are exact, or the library's reading.
    private static func double(_ line: UnsafeRawBufferPointer, _ range: Range<Int>) -> Double? {
        if let whole = integer(line, range), whole.magnitude < 1 << 53, whole != 0 { return Double(whole) }
        var digits = 0
        var decimals: Int?
        for place in range {
            let byte = line[place]
            if byte == UInt8(ascii: "."), decimals == nil {
                decimals = 0
            } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), range.count <= 16 {
                digits = digits * 10 + Int(byte - UInt8(ascii: "0"))
                decimals = decimals.map { $0 + 1 }
            } else {
                return Double(String(decoding: line[range], as: UTF8.self))
            }
        }
        return Double(digits) / powersOfTen[decimals ?? 0]
    }

    private func integer(_ field: Event.Field, _ line: UnsafeRawBufferPointer) -> Int? {
        guard case .number(let range) = slots[field.rawValue] else { return nil }
        return Self.integer(line, range)
    }

    private func double(_ field: Event.Field, _ line: UnsafeRawBufferPointer) -> Double? {
        guard case .number(let range) = slots[field.rawValue] else { return nil }
        return Self.double(line, range)
    }

    private func text(_ field: Event.Field, _ line: UnsafeRawBufferPointer) -> String? {
        guard case .text(let range) = slots[field.rawValue] else { return nil }
        return String(decoding: line[range], as: UTF8.self)
    }

    private func isAbsent(_ field: Event.Field) -> Bool {
        if case .absent = slots[field.rawValue] { true } else { false }
    }

    private func ref(_ line: UnsafeRawBufferPointer) -> AttemptRef? {
        guard let worker = integer(.worker, line), let chunk = integer(.chunk, line),
            let attempt = integer(.attempt, line)
        else { return nil }
        return AttemptRef(worker: worker, chunk: chunk, attempt: attempt)
    }

    // MARK: - Events

    private func event(from line: UnsafeRawBufferPointer) -> Event? {
        guard integer(.version, line) == Event.version, let seq = integer(.seq, line),
            let t = double(.seconds, line), case .text(let at) = slots[Event.Field.at.rawValue],
            let at = WallTime.milliseconds(plain: UnsafeRawBufferPointer(rebasing: line[at])),
            case .text(let name) = slots[Event.Field.event.rawValue],
            let body = body(UnsafeRawBufferPointer(rebasing: line[name]), line)
        else { return nil }
        return Event(seq: seq, at: at, t: t, body: body)
    }

    private func body(_ name: UnsafeRawBufferPointer, _ line: UnsafeRawBufferPointer) -> Event.Body? {
        func isNamed(_ word: StaticString) -> Bool {
            word.utf8CodeUnitCount == name.count && word.withUTF8Buffer { name.elementsEqual($0) }
        }
        if isNamed("flashpoint.settled") { return settled(line) }
        if isNamed("flashpoint.started") {
            guard let ref = ref(line), let index = integer(.index, line), let id = text(.id, line) else { return nil }
            return .flashpointStarted(ref, index: index, id: id)
        }
        if isNamed("flashpoint.progress") {
            guard let ref = ref(line), let index = integer(.index, line), let stage = text(.stage, line),
                let done = integer(.done, line), let of = integer(.of, line)
            else { return nil }
            return .flashpointProgress(ref, index: index, stage: stage, done: done, of: of)
        }
        if isNamed("attempt.intended") {
            guard let ref = ref(line), let nonce = text(.nonce, line), let endpoint = text(.endpoint, line),
                case .indices(let indices) = slots[Event.Field.indices.rawValue],
                indices.allSatisfy({ Int32(exactly: $0) != nil })
            else { return nil }
            return .attemptIntended(ref, nonce: nonce, indices: IndexList(indices), endpoint: endpoint)
        }
        if isNamed("attempt.accepted") {
            guard let ref = ref(line), let job = text(.job, line) else { return nil }
            return .attemptAccepted(ref, job: job)
        }
        if isNamed("attempt.started") { return started(line) }
        if isNamed("attempt.ended") { return ended(line) }
        if isNamed("worker.vitals") {
            guard let worker = integer(.worker, line), let residentMB = integer(.residentMB, line),
                let cpuSeconds = double(.cpuSeconds, line)
            else { return nil }
            return .workerVitals(worker: worker, residentMB: residentMB, cpuSeconds: cpuSeconds)
        }
        return nil
    }

    private func settled(_ line: UnsafeRawBufferPointer) -> Event.Body? {
        guard let worker = integer(.worker, line), let index = integer(.index, line), let id = text(.id, line),
            let attempts = integer(.attempts, line), let word = text(.outcome, line)
        else { return nil }
        let outcome: Settlement.Outcome
        switch word {
        case "ok":
            guard case .null = slots[Event.Field.result.rawValue] else { return nil }
            outcome = .ok(result: .null)
        case "cancelled": outcome = .cancelled
        case "failed":
            guard let kind = text(.failureClass, line).flatMap(FailureClass.init(rawValue:)),
                let message = text(.message, line), let stage = optionalText(.stage, line)
            else { return nil }
            outcome = .failed(Failure(kind, stage: stage, message))
        default: return nil
        }
        var attempt: AttemptRef?
        if !isAbsent(.chunk) {
            guard let ref = ref(line) else { return nil }
            attempt = ref
        }
        let seconds = double(.settledSeconds, line)
        guard seconds != nil || isAbsent(.settledSeconds) else { return nil }
        var isEstimated = false
        if case .flag(let flag) = slots[Event.Field.estimated.rawValue] {
            isEstimated = flag
        } else if !isAbsent(.estimated) {
            return nil
        }
        return .flashpointSettled(
            Settlement(
                attempt: attempt,
                worker: worker,
                index: index,
                id: id,
                outcome: outcome,
                seconds: seconds,
                isEstimated: isEstimated,
                attempts: attempts
            )
        )
    }

    private func started(_ line: UnsafeRawBufferPointer) -> Event.Body? {
        guard let ref = ref(line), let instance = optionalText(.instance, line) else { return nil }
        let delayMS = integer(.delayMS, line)
        guard delayMS != nil || isAbsent(.delayMS) else { return nil }
        // The few with more to them are the decoder's.
        guard isAbsent(.unbilled) else { return nil }
        return .attemptStarted(ref, instance: instance, delayMS: delayMS)
    }

    private func ended(_ line: UnsafeRawBufferPointer) -> Event.Body? {
        guard let ref = ref(line), let kind = text(.kind, line).flatMap(AttemptEnd.Kind.init(rawValue:)),
            let status = text(.status, line), let message = optionalText(.message, line)
        else { return nil }
        let executionMS = integer(.executionMS, line)
        guard executionMS != nil || isAbsent(.executionMS), isAbsent(.output) else { return nil }
        return .attemptEnded(ref, AttemptEnd(kind, status: status, executionMS: executionMS, message: message))
    }

    /// A text that may be absent; `nil` when something else stands there.
    private func optionalText(_ field: Event.Field, _ line: UnsafeRawBufferPointer) -> String?? {
        if isAbsent(field) { return .some(nil) }
        return text(field, line).map { .some($0) }
    }
}
