extension Layout {
    /// A column of the table and how many cells it takes, without the blank that follows it.
    package struct Column: Sendable, Hashable {
        package enum Kind: Sendable, Hashable, CaseIterable {
            /// The worker, behind a mark for the selected one and one for the marked ones.
            case id
            case state
            /// The flashpoints of the share.
            case share
            case bar
            case done
            case failed
            /// Flashpoints a minute.
            case rate
            case eta
            case job
            case instance
            /// What is being processed; takes what is left.
            case current
        }

        package var kind: Kind
        package var width: Int

        /// The columns that a table of a width has room for: those that can be missed most are left out first.
        static func fitting(_ width: Int, workers: Int, largestShare: Int, flashpoints: Int) -> [Column] {
            let digits = String(max(1, largestShare)).count
            let grouped = digits + (digits - 1) / 3
            let index = String(max(1, flashpoints)).count
            let widths: [(Kind, Int)] = [
                (.id, 3 + String(max(1, workers)).count), (.state, 6), (.share, max(6, 2 * index + 2)), (.bar, 8),
                (.done, max(5, 2 * grouped + 1)), (.failed, max(2, grouped + 1)), (.rate, 6), (.eta, 7),
                (.current, 14), (.instance, 10), (.job, 10),
            ]
            let dropped: [Kind] = [.current, .rate, .job, .instance, .eta, .share, .bar, .done]
            var columns = widths.map { Column(kind: $0.0, width: $0.1) }
            func needed() -> Int { columns.reduce(-1) { $0 + $1.width + 1 } }
            for kind in dropped where needed() > width { columns.removeAll { $0.kind == kind } }
            var spare = max(0, width - needed())
            // The bar grows first, then what is being processed takes the rest.
            if let bar = columns.firstIndex(where: { $0.kind == .bar }) {
                let isLast = !columns.contains { $0.kind == .current }
                let more = isLast ? spare : min(spare, 16)
                columns[bar].width += more
                spare -= more
            }
            if let current = columns.firstIndex(where: { $0.kind == .current }) { columns[current].width += spare }
            return columns
        }
    }
}
