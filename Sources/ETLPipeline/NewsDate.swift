/// The day whose news a run processes.
package struct NewsDate: Sendable, Hashable {
    /// The day as `YYYY-MM-DD`.
    package let text: String

    /// Reads `YYYY-MM-DD`; nil for any other shape and for a day that the calendar does not have.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            bytes[range].reduce(Int?.some(0)) { total, byte in
                guard let total, byte >= 48, byte <= 57 else { return nil }
                return total * 10 + Int(byte - 48)
            }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard year > 0, lengths.indices.contains(month - 1), day >= 1, day <= lengths[month - 1] else { return nil }
        self.text = text
    }

    /// The name of the day's table: letters, digits and underscores only, so it needs no quoting in SQL.
    package var tableName: String {
        "news_clusters_" + String(text.filter { $0 != "-" })
    }
}
