import Coordination
import Flashpoints
import FoundationEssentials

/// Reads a recorded run, the lines that `run --events` printed, as far as it is asked to.
struct EventFile {
    private let file: InputFile
    private var rest: [UInt8] = []
    private var line = 0
    private var hasEnded = false
    /// What is wrong behind the events that were given last.
    private var fault: (any Error)?

    init(_ file: InputFile) { self.file = file }

    /// The next events, a block of the file; none at its end only.
    ///
    /// - Throws: `InputError` that names the line which is no event; `CancellationError`.
    mutating func next() async throws -> [Event] {
        while !hasEnded {
            if let fault { throw fault }
            guard let bytes = try await file.next() else {
                hasEnded = true
                // The last line may lack its end.
                let last = rest
                rest = []
                return try event(last[...]).map { [$0] } ?? []
            }
            rest += bytes
            let events = takeLines()
            if !events.isEmpty { return events }
        }
        return []
    }

    private mutating func takeLines() -> [Event] {
        var events: [Event] = []
        var begin = rest.startIndex
        while let end = rest[begin...].firstIndex(of: UInt8(ascii: "\n")) {
            do {
                if let event = try event(rest[begin..<end]) { events.append(event) }
            } catch {
                fault = error
                return events
            }
            begin = end + 1
        }
        rest.removeFirst(begin)
        return events
    }

    private mutating func event(_ bytes: ArraySlice<UInt8>) throws -> Event? {
        line += 1
        guard bytes.contains(where: { !" \t\r".utf8.contains($0) }) else { return nil }
        do {
            return try JSONCoding.decode(Event.self, from: Data(bytes))
        } catch {
            let what = (error as? DecodingError)?.inWords ?? "\(error)"
            let problem = "is no event of a run (\(what)); give the id of a run or what run --events printed"
            throw InputError(source: file.name, line: line, problem: problem)
        }
    }
}

extension DecodingError {
    /// What is wrong with the text, in a few words.
    fileprivate var inWords: String {
        switch self {
        case .keyNotFound(let key, _): "it has no \(key.stringValue.debugDescription)"
        case .valueNotFound(_, let context), .typeMismatch(_, let context):
            "\((context.codingPath.last?.stringValue ?? "it").debugDescription) is of another type"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty ? "not JSON" : context.debugDescription
        @unknown default: "\(self)"
        }
    }
}
