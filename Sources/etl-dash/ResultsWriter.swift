import ArgumentParser
import Coordination
import Flashpoints
import FoundationEssentials
import RunJournal

/// How results are written for programs.
enum ResultsFormat: String, CaseIterable, ExpressibleByArgument {
    case json, jsonl, csv
}

/// Writes the results of a run, a page of them in memory at a time.
struct ResultsWriter {
    let snapshot: ResultsSnapshot
    /// Whether only those are written that failed or were cancelled.
    let isFailedOnly: Bool

    /// Results may be large, so few of them make a page.
    private static let page = 64
    /// Without results a page holds many flashpoints.
    private static let failedPage = 4_096

    /// Gives the bytes to `sink` in pieces.
    ///
    /// - Throws: `JournalError`, what `sink` throws, `CancellationError`.
    func write(_ format: ResultsFormat, to sink: ([UInt8]) async throws -> Void) async throws {
        switch format {
        case .json where !isFailedOnly:
            try await AnswerOutput.write(try await snapshot.answer(), from: snapshot, to: sink)
        case .json:
            var separator = "[\n"
            try await eachPage { outcomes in
                var bytes: [UInt8] = []
                for outcome in outcomes {
                    bytes += separator.utf8
                    bytes += try Self.line(outcome)
                    separator = ",\n"
                }
                try await sink(bytes)
            }
            try await sink(Array((separator == ",\n" ? "\n]\n" : "[]\n").utf8))
        case .jsonl:
            try await eachPage { outcomes in
                try await sink(try outcomes.flatMap { try Self.line($0) + [UInt8(ascii: "\n")] })
            }
        case .csv:
            try await sink(Array((Self.columns.joined(separator: ",") + "\r\n").utf8))
            try await eachPage { try await sink($0.flatMap { Self.row($0) }) }
        }
    }

    private func eachPage(_ body: ([FlashpointOutcome]) async throws -> Void) async throws {
        let count = snapshot.header.flashpoints
        var start = 0
        while start < count {
            try Task.checkCancellation()
            let page = start..<min(start + (isFailedOnly ? Self.failedPage : Self.page), count)
            let outcomes = try await snapshot.outcomes(
                in: page,
                isFailedOnly: isFailedOnly,
                includingResults: !isFailedOnly
            )
            if !outcomes.isEmpty { try await body(outcomes) }
            start = page.upperBound
        }
    }

    // MARK: - JSON

    /// The outcome as an object; its result comes last and as it was stored.
    static func line(_ outcome: FlashpointOutcome) throws -> [UInt8] {
        var text = #"{"index":\#(outcome.index),"id":"#.utf8.map(\.self)
        text += try JSONCoding.encode(outcome.id)
        text += #","outcome":"\#(outcome.word)","worker":\#(outcome.worker),"attempts":\#(outcome.attempts)"#.utf8
        text += #","seconds":"#.utf8
        text += try JSONCoding.encode(outcome.seconds)
        if case .failed(let failure) = outcome.kind {
            text += #","failure":"#.utf8
            text += try JSONCoding.encode(failure)
        }
        if let result = outcome.result {
            text += #","result":"#.utf8
            text += result
        }
        return text + [UInt8(ascii: "}")]
    }

    // MARK: - CSV

    static let columns = ["index", "id", "outcome", "class", "stage", "message", "attempts", "seconds", "result"]

    /// The outcome as a row (RFC 4180), its line's end included.
    static func row(_ outcome: FlashpointOutcome) -> [UInt8] {
        let failure: Failure? = if case .failed(let failure) = outcome.kind { failure } else { nil }
        let cells: [[UInt8]] = [
            Array("\(outcome.index)".utf8), Array(outcome.id.utf8), Array(outcome.word.utf8),
            Array((failure?.kind.rawValue ?? "").utf8), Array((failure?.stage ?? "").utf8),
            Array((failure?.message ?? "").utf8), Array("\(outcome.attempts)".utf8),
            Array((outcome.seconds.map { "\($0)" } ?? "").utf8), outcome.result ?? [],
        ]
        var row: [UInt8] = []
        for (place, cell) in cells.enumerated() {
            if place > 0 { row.append(UInt8(ascii: ",")) }
            append(cell, to: &row)
        }
        return row + Array("\r\n".utf8)
    }

    private static func append(_ cell: [UInt8], to row: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        guard cell.contains(where: { $0 == quote || $0 == UInt8(ascii: ",") || $0 < 0x20 }) else {
            row += cell
            return
        }
        row.append(quote)
        for byte in cell {
            if byte == quote { row.append(quote) }
            row.append(byte)
        }
        row.append(quote)
    }
}

extension FlashpointOutcome {
    /// The word for it.
    fileprivate var word: String {
        switch kind {
        case .ok: "ok"
        case .failed: "failed"
        case .cancelled: "cancelled"
        case .pending: "pending"
        }
    }
}
