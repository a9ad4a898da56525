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

/// Reads a batch of flashpoints, a JSON array or JSON Lines, one flashpoint at a time.
///
/// Which of the two it is shows in the first byte that is not blank; a byte order mark may come before it. Memory holds
/// one chunk, one element and a few bytes for each id (``IDLedger``). Each pull goes on until a whole element is there.
package struct InputReader: Sendable {
    /// Gives the next bytes, or nil at the end.
    package typealias Chunks = @Sendable () async throws -> [UInt8]?

    private let source: String
    private let chunks: Chunks
    private var scanner: ElementScanner
    private var ledger = IDLedger()
    private var chunk: [UInt8] = []
    private var position = 0
    private var isAtEnd = false

    /// The most bytes of the source held at one time so far.
    package private(set) var peakBufferedBytes = 0

    /// Reads what `chunks` gives; `source` names it in errors.
    package init(source: String, limits: InputLimits = InputLimits(), chunks: @escaping Chunks) {
        self.source = source
        self.chunks = chunks
        scanner = ElementScanner(source: source, limits: limits)
    }

    /// Reads a file, or standard input for `-`.
    ///
    /// - Throws: `InputError` when it can't be opened.
    package init(path: String, limits: InputLimits = InputLimits()) throws(InputError) {
        let file = try InputFile(path: path)
        self.init(source: file.name, limits: limits) { try await file.next() }
    }

    /// The next flashpoint, or nil after the last.
    ///
    /// - Throws: `InputError`, after which the reader is of no more use; `CancellationError`.
    package mutating func next() async throws -> InputItem? {
        while !isAtEnd {
            if let cut = try scanner.next(in: chunk, from: &position) { return try decode(cut) }
            try Task.checkCancellation()
            if let bytes = try await chunks() {
                chunk = bytes
                position = 0
                peakBufferedBytes = max(peakBufferedBytes, chunk.count + scanner.bufferedBytes)
            } else {
                isAtEnd = true
                try scanner.finish()
            }
        }
        return nil
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
