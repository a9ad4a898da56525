import FoundationEssentials

/// A flashpoint and where it stands in the input.
package struct InputItem: Sendable, Hashable {
    /// Position in the batch, from 0.
    package var index: Int
    /// Line of the source where it begins, from 1.
    package var line: Int
    package var flashpoint: Flashpoint

    package init(index: Int, line: Int, flashpoint: Flashpoint) {
        self.index = index
        self.line = line
        self.flashpoint = flashpoint
    }
}

/// Reads a batch of flashpoints, a JSON array, JSON Lines or CSV, one flashpoint at a time.
///
/// A file whose name ends in `.csv` is a table; of any other source the beginning tells (``InputSniffer``). A byte order
/// mark may come before it. Memory holds one chunk, one flashpoint and a few bytes for each id (``IDLedger``). Each pull
/// goes on until a whole flashpoint is there.
package struct InputReader: Sendable {
    /// Gives the next bytes, or nil at the end.
    package typealias Chunks = @Sendable () async throws -> [UInt8]?

    private let source: String
    private let limits: InputLimits
    private let chunks: Chunks
    /// What finds the format out; `nil` once it is known.
    private var sniffer: InputSniffer?
    private var scanner: ElementScanner
    private var table: CSVBatch?
    private var ledger = IDLedger()
    private var chunk: [UInt8] = []
    private var position = 0
    private var isAtEnd = false
    /// Items that were complete at the end of the source.
    private var last: [InputItem] = []

    /// The most bytes of the source held at one time so far.
    package private(set) var peakBufferedBytes = 0

    /// Reads what `chunks` gives; `source` names it in errors.
    ///
    /// - Parameter format: How it is written; `nil` to see from its beginning.
    package init(
        source: String,
        format: InputFormat? = nil,
        limits: InputLimits = InputLimits(),
        chunks: @escaping Chunks
    ) {
        self.source = source
        self.limits = limits
        self.chunks = chunks
        scanner = ElementScanner(source: source, limits: limits)
        switch format {
        case .csv: table = CSVBatch(source: source, limits: limits)
        case .json: break
        case nil: sniffer = InputSniffer()
        }
    }

    /// Reads a file, or standard input for `-`.
    ///
    /// - Throws: `InputError` when it can't be opened.
    package init(path: String, limits: InputLimits = InputLimits()) throws(InputError) {
        let file = try InputFile(path: path)
        self.init(source: file.name, format: InputFormat(path: path), limits: limits) { try await file.next() }
    }

    /// The next flashpoint, or nil after the last.
    ///
    /// - Throws: `InputError`, after which the reader is of no more use; `CancellationError`.
    package mutating func next() async throws -> InputItem? {
        while !isAtEnd {
            if let item = try readChunk() { return item }
            try Task.checkCancellation()
            if let bytes = try await chunks() {
                chunk = bytes
                position = 0
            } else {
                isAtEnd = true
                last = try finish()
            }
        }
        return last.isEmpty ? nil : last.removeFirst()
    }

    /// The next item that is complete within the chunk.
    private mutating func readChunk() throws(InputError) -> InputItem? {
        if let format = sniffer?.next(in: chunk, from: &position) { begin(format) }
        guard sniffer == nil else { return nil }
        let item: InputItem? =
            if table != nil {
                try table?.next(in: chunk, from: &position)
            } else if let cut = try scanner.next(in: chunk, from: &position) {
                try decode(cut)
            } else {
                nil
            }
        peakBufferedBytes = max(peakBufferedBytes, chunk.count + (table?.bufferedBytes ?? scanner.bufferedBytes))
        return item
    }

    private mutating func finish() throws(InputError) -> [InputItem] {
        var items: [InputItem] = []
        if let sniffer {
            begin(sniffer.finish())
            while let item = try readChunk() { items.append(item) }
        }
        guard table == nil else { return items + (try table?.finish() ?? []) }
        try scanner.finish()
        return items
    }

    /// Turns to the reader for the format and gives it again what was looked at.
    private mutating func begin(_ format: InputFormat) {
        guard let sniffer else { return }
        chunk = sniffer.pending + chunk[position...]
        position = 0
        switch format {
        case .json: scanner = ElementScanner(source: source, limits: limits, line: sniffer.line)
        case .csv: table = CSVBatch(source: source, limits: limits, line: sniffer.line)
        }
        self.sniffer = nil
    }

    private mutating func decode(_ cut: ElementScanner.Cut) throws(InputError) -> InputItem {
        peakBufferedBytes = max(peakBufferedBytes, chunk.count + cut.bytes.count)
        var error = InputError(source: source, line: cut.line, index: cut.index, problem: "")
        guard String(validating: cut.bytes, as: UTF8.self) != nil else {
            error.problem = "the flashpoint holds bytes that are not UTF-8; save the file as UTF-8"
            throw error
        }
        let flashpoint: Flashpoint
        do {
            flashpoint = try JSONCoding.decode(Flashpoint.self, from: Data(cut.bytes))
        } catch let failure as DecodingError {
            if let fault = JSONFault(in: cut.bytes) {
                error.line = cut.line + fault.line - 1
                error.problem = "not valid JSON: \(fault.problem) (column \(fault.column))"
            } else {
                let problem = FieldProblem(failure)
                error.field = problem.path
                error.problem = problem.problem
            }
            throw error
        } catch let failure {
            error.problem = "can't be read: \(failure)"
            throw error
        }
        if let earlier = ledger.note(flashpoint.id, at: cut.line) {
            error.field = "id"
            error.problem =
                "\(flashpoint.id.debugDescription) is the id of an earlier flashpoint, line \(earlier); ids must be unique"
            throw error
        }
        return InputItem(index: cut.index, line: cut.line, flashpoint: flashpoint)
    }
}
