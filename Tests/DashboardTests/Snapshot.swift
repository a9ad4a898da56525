import Canvas
import Foundation
import Testing

/// A screen as text and, below, its styles: a letter for each, with what the letters mean.
///
/// Full Foundation: FoundationEssentials has no `ProcessInfo` environment on every platform.
struct Snapshot {
    /// Parts of the file, in order, under a line with their names.
    private(set) var text = ""

    mutating func add(text canvas: Canvas) {
        text += "== text\n"
        // A bar at the end shows where the row ends, and keeps editors from cutting blanks.
        for row in canvas.rows { text += row.padded(to: canvas.size.width) + "|\n" }
    }

    mutating func add(styles canvas: Canvas, named name: String) {
        var letters: [Style: Character] = [.plain: "."]
        var legend: [String] = []
        var rows: [String] = []
        let alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        for y in 0..<canvas.size.height {
            var row = ""
            for cell in canvas.row(y) {
                if letters[cell.style] == nil {
                    let letter = alphabet[(letters.count - 1) % alphabet.count]
                    letters[cell.style] = letter
                    legend.append("\(letter) = \(Self.describe(cell.style))")
                }
                row.append(letters[cell.style] ?? "?")
            }
            rows.append(row)
        }
        text += "== styles \(name)\n" + (rows + legend).map { $0 + "\n" }.joined()
    }

    private static func describe(_ style: Style) -> String {
        var words: [String] = []
        if style.foreground != .standard { words.append("colour \(style.foreground.index)") }
        if style.background != .standard { words.append("on \(style.background.index)") }
        if style.attributes.contains(.bold) { words.append("bold") }
        if style.attributes.contains(.underline) { words.append("underline") }
        if style.attributes.contains(.reverse) { words.append("reverse") }
        if style.attributes.contains(.dim) { words.append("dim") }
        return words.joined(separator: " ")
    }

    /// Compares with the file of a name; `ETL_DASH_RECORD=1` writes it, and fails all the same.
    func expect(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name).txt")
        if ProcessInfo.processInfo.environment["ETL_DASH_RECORD"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
            Issue.record(
                "\(name) was recorded; look at it, then run without ETL_DASH_RECORD",
                sourceLocation: sourceLocation
            )
            return
        }
        let expected = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        guard expected != text else { return }
        Issue.record(
            "\(name) differs (expected, then actual):\n\(difference(expected))",
            sourceLocation: sourceLocation
        )
    }

    /// The rows that differ, one above the other, with some that come before.
    private func difference(_ expected: String) -> String {
        let (old, new) = (expected.split(separator: "\n"), text.split(separator: "\n"))
        var report: [String] = []
        for row in 0..<max(old.count, new.count) {
            let (left, right) = (row < old.count ? String(old[row]) : "", row < new.count ? String(new[row]) : "")
            if left != right { report += ["\(row + 1) - \(left)", "\(row + 1) + \(right)"] }
        }
        return report.prefix(80).joined(separator: "\n")
    }
}
