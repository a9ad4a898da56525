/// Cuts a table in CSV (RFC 4180) into rows of cells.
///
/// Bytes come in pieces of any size; only the row at hand is kept. Lines end in LF or CRLF, a byte order mark may come
/// first, quoted cells may hold commas, line ends and doubled quotes. Empty lines are passed over.
struct CSVScanner: Sendable {
    /// A row as it stands in the source.
    struct Row: Sendable, Equatable {
        /// Line in which it begins, from 1.
        var line: Int
        var cells: [String]
        /// Bytes that it took.
        var bytes: Int
    }

    private enum State {
        case beforeCell
        case inCell
        case inQuotes
        /// After a quote within quotes: the end of the cell, or the first half of a doubled one.
        case afterQuote
        /// After a carriage return outside quotes, which only a line feed may follow.
        case afterReturn
    }

    private let source: String
    /// The most bytes of a row.
    private let limit: Int
    private var state = State.beforeCell
    /// Bytes of the mark at the beginning that have come; 3 when it is over, whether it came or not.
    private var markBytes = 0
    private var line: Int
    private var rowLine: Int
    private var quoteLine = 1
    private var rowBytes = 0
    private var cells: [String] = []
    private var cell: [UInt8] = []

    private static let carriageReturn = UInt8(ascii: "\r")
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// - Parameter line: Line of the source at which the bytes begin.
    init(source: String, limit: Int, line: Int = 1) {
        self.source = source
        self.limit = limit
        self.line = line
        rowLine = line
    }

    /// Bytes kept between two calls.
    var bufferedBytes: Int { rowBytes }

    /// Reads on in `chunk` up to the end of the next row that is not empty; `nil` when the chunk is used up before.
    mutating func next(in chunk: [UInt8], from position: inout Int) throws(InputError) -> Row? {
        while position < chunk.count {
            let byte = chunk[position]
            if markBytes < 3 {
                if byte == Self.mark[markBytes] {
                    markBytes += 1
                    position += 1
                    continue
                }
                // A part of a mark is none; the cell will be found not to be text.
                if markBytes > 0 {
                    cell = Array(Self.mark.prefix(markBytes))
                    state = .inCell
                }
                markBytes = 3
            }
            position += 1
            if try take(byte), let row = endRow() { return row }
        }
        return nil
    }

    /// Takes the end of the source and gives the last row, whose line may lack its end.
    mutating func finish() throws(InputError) -> Row? {
        switch state {
        case .inQuotes:
            let text = """
                the quote that begins this cell is never closed; close it, or double it if it is meant as a letter
                """
            throw problem(text, line: quoteLine)
        case .beforeCell where cells.isEmpty: return nil
        case .beforeCell, .inCell, .afterQuote: try endCell()
        case .afterReturn: break
        }
        return endRow()
    }

    /// - Returns: Whether the byte ends a line outside quotes.
    private mutating func take(_ byte: UInt8) throws(InputError) -> Bool {
        rowBytes += 1
        guard rowBytes <= limit else {
            throw problem("the row is longer than \(limit) bytes; is a closing quote missing?", line: rowLine)
        }
        guard byte != 0 else { throw problem("a NUL byte stands here; the file is damaged or not text") }
        switch state {
        case .beforeCell where byte == .quote:
            state = .inQuotes
            quoteLine = line
            return false
        case .beforeCell, .inCell:
            switch byte {
            case .comma: try endCell()
            case .newline: return try endLine()
            case Self.carriageReturn: try endCellAtReturn()
            case .quote:
                throw problem("a quote stands inside a cell; put the whole cell in quotes and double those within")
            default:
                cell.append(byte)
                state = .inCell
            }
        case .inQuotes:
            if byte == .quote {
                state = .afterQuote
            } else {
                cell.append(byte)
                if byte == .newline { line += 1 }
            }
        case .afterQuote:
            switch byte {
            case .quote:
                cell.append(byte)
                state = .inQuotes
            case .comma: try endCell()
            case .newline: return try endLine()
            case Self.carriageReturn: try endCellAtReturn()
            default:
                throw problem("\(byte.quoted) follows the closing quote; a comma or the end of the line is expected")
            }
        case .afterReturn:
            guard byte == .newline else {
                throw problem("a carriage return stands alone; end lines with CRLF or LF, or quote the cell")
            }
            line += 1
            return true
        }
        return false
    }

    private mutating func endLine() throws(InputError) -> Bool {
        try endCell()
        line += 1
        return true
    }

    private mutating func endCellAtReturn() throws(InputError) {
        try endCell()
        state = .afterReturn
    }

    private mutating func endCell() throws(InputError) {
        guard let text = String(validating: cell, as: UTF8.self) else {
            throw problem("the cell holds bytes that are not UTF-8; save the file as UTF-8")
        }
        cells.append(text)
        cell.removeAll(keepingCapacity: true)
        state = .beforeCell
    }

    /// The row that ended; `nil` when its line was empty.
    private mutating func endRow() -> Row? {
        let row = Row(line: rowLine, cells: cells, bytes: rowBytes)
        cells.removeAll(keepingCapacity: true)
        rowBytes = 0
        rowLine = line
        state = .beforeCell
        return row.cells == [""] ? nil : row
    }

    private func problem(_ text: String, line: Int? = nil) -> InputError {
        InputError(source: source, line: line ?? self.line, field: "column \(cells.count + 1)", problem: text)
    }
}
