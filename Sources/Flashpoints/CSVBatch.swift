/// Puts the rows of a table together to flashpoints, one at a time.
///
/// Each row is a feed; those of a flashpoint stand together. Keeps the flashpoint at hand only.
struct CSVBatch: Sendable {
    private struct Open {
        var line: Int
        var bytes = 0
        var flashpoint: Flashpoint
    }

    private let source: String
    private let limits: InputLimits
    private var scanner: CSVScanner
    private var columns: CSVColumns?
    private var ledger = IDLedger()
    private var open: Open?
    private var index = 0
    private var hasBegun = false

    /// - Parameter line: Line of the source at which the bytes begin.
    init(source: String, limits: InputLimits, line: Int = 1) {
        self.source = source
        self.limits = limits
        scanner = CSVScanner(source: source, limit: limits.elementBytes, line: line)
    }

    /// Bytes of the source kept between two calls.
    var bufferedBytes: Int { scanner.bufferedBytes + (open?.bytes ?? 0) }

    /// Reads on in `chunk` until a flashpoint is complete, which the first row of the next one shows.
    mutating func next(in chunk: [UInt8], from position: inout Int) throws(InputError) -> InputItem? {
        if !hasBegun, let first = chunk[position...].first(where: { !$0.isBlank }) {
            hasBegun = true
            if first == .openArray || first == .openObject {
                let problem =
                    "begins with \(first.quoted), which is JSON and not CSV; name it .json, or .jsonl for JSON Lines"
                throw InputError(source: source, problem: problem)
            }
        }
        while let row = try scanner.next(in: chunk, from: &position) {
            if let item = try take(row) { return item }
        }
        return nil
    }

    /// Takes the end of the source and gives the last flashpoint.
    ///
    /// - Returns: At most two: the last row may begin a flashpoint of its own.
    mutating func finish() throws(InputError) -> [InputItem] {
        var items: [InputItem] = []
        if let row = try scanner.finish(), let item = try take(row) { items.append(item) }
        guard columns != nil else {
            throw InputError(source: source, problem: "is empty; \(CSVColumns.expected)")
        }
        guard let last = close() else {
            throw InputError(source: source, problem: "the batch is empty; at least one row after the first is needed")
        }
        return items + [last]
    }

    /// - Returns: The flashpoint that the row shows to be complete.
    private mutating func take(_ row: CSVScanner.Row) throws(InputError) -> InputItem? {
        // Spreadsheets like to end tables with rows of commas.
        if row.cells.allSatisfy(\.isEmpty) { return nil }
        guard let columns else {
            columns = try CSVColumns(row, source: source)
            return nil
        }
        let isNext = open.map { $0.flashpoint.id != columns.id(row) } ?? true
        let place = isNext && open != nil ? index + 1 : index
        var error = InputError(source: source, line: row.line, index: place, problem: "")
        guard row.cells.count == columns.names.count else {
            error.problem = """
                has \(row.cells.count) cells where the first row has \(columns.names.count); quote cells that hold commas
                """
            throw error
        }
        let complete = isNext ? try begin(row, columns, error) : nil
        guard var current = open else { preconditionFailure("a row belongs to the flashpoint that it began") }
        // Out of its place while it is changed, so that nothing is copied.
        open = nil
        current.bytes += row.bytes
        guard current.bytes <= limits.elementBytes else {
            error.problem = "the flashpoint is longer than \(limits.elementBytes) bytes; split it"
            throw error
        }
        try columns.add(row, to: &current.flashpoint, error: error)
        open = current
        return complete
    }

    /// Begins the row's flashpoint and gives the one before.
    private mutating func begin(
        _ row: CSVScanner.Row,
        _ columns: CSVColumns,
        _ error: InputError
    ) throws(InputError) -> InputItem? {
        var error = error
        let id = columns.id(row)
        error.field = columns.place(columns.idColumn)
        guard !id.isEmpty else {
            error.problem = "must not be empty; each row names its flashpoint"
            throw error
        }
        if let earlier = ledger.note(id, at: row.line) {
            error.problem = """
                \(id.debugDescription) has rows from line \(earlier) on and others came between; the rows of a \
                flashpoint must stand together
                """
            throw error
        }
        let complete = close()
        open = Open(line: row.line, flashpoint: Flashpoint(id: id))
        return complete
    }

    private mutating func close() -> InputItem? {
        guard let last = open else { return nil }
        open = nil
        defer { index += 1 }
        return InputItem(index: index, line: last.line, flashpoint: last.flashpoint)
    }
}
