import Canvas

/// A table for people, whose columns are as wide as what they hold.
struct TextTable {
    struct Column {
        var title: String
        /// Whether the cells stand at the right, as numbers do.
        var isNumber = false
        /// Where there is no room columns are left out, the highest of these first; 0 never.
        var dispensability = 0
        var cells: [String]
    }

    let columns: [Column]

    private static let gap = 2

    /// The rows below their titles, blanks at their ends cut off.
    ///
    /// - Parameter width: Columns of the terminal; `nil` where there is none, and as much room as is needed.
    func lines(width: Int?) -> [String] {
        var shown = columns
        while let width, Self.width(of: shown) > width,
            let place = shown.indices.max(by: { shown[$0].dispensability < shown[$1].dispensability }),
            shown[place].dispensability > 0
        {
            shown.remove(at: place)
        }
        let titles = Self.line(shown.map { ($0, $0.title) })
        let rows = (0..<(shown.map(\.cells.count).min() ?? 0)).map { row in
            Self.line(shown.map { ($0, $0.cells[row]) })
        }
        return [titles] + rows
    }

    private static func width(of columns: [Column]) -> Int {
        columns.reduce(0) { $0 + $1.width } + gap * max(0, columns.count - 1)
    }

    private static func line(_ cells: [(column: Column, text: String)]) -> String {
        let padded = cells.map { column, text in
            column.isNumber ? text.padded(before: column.width) : text.padded(to: column.width)
        }
        var line = padded.joined(separator: String(repeating: " ", count: gap))[...]
        while line.last == " " { line = line.dropLast() }
        return String(line)
    }
}

extension TextTable.Column {
    fileprivate var width: Int { ([title] + cells).map { TextWidth.of($0) }.max() ?? 0 }
}
