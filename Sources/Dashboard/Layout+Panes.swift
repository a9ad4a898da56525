import Canvas

extension Layout {
    /// How many workers want a place, and what kind of place.
    struct WorkersDemand {
        var count: Int
        var arrangement: Model.Arrangement
        var largestShare: Int
        var flashpoints: Int

        /// Columns and rows of the smallest pane, its border included.
        static let leastPane = Size(28, 6)
        /// The width at which a pane shows all it has to tell without gaps.
        private static let goodWidth = 46

        /// Panes for every worker, or as many as fit where panes were asked for; `nil` when it is to be a table.
        ///
        /// - Parameter bottom: Rows to leave free below.
        /// - Parameter isTall: Whether panes may be higher than they must.
        func grid(in body: Rect, bottom: Int, isTall: Bool) -> PaneGrid? {
            let least = Self.leastPane
            let room = max(0, body.height - bottom)
            guard arrangement != .table, body.width >= least.width, room >= least.height else { return nil }
            let most = min(count, body.width / least.width)
            let fitting = (1...most).filter { columns in rows(columns) * least.height <= room }
            guard let columns = fitting.min(by: { cost($0, body.width) < cost($1, body.width) }) else {
                guard arrangement == .panes else { return nil }
                return PaneGrid(columns: most, rows: room / least.height, paneHeight: least.height)
            }
            // The log keeps at least as many rows as the panes get beyond what they need.
            let spare = isTall ? (room - rows(columns) * least.height) / 2 / rows(columns) : 0
            return PaneGrid(columns: columns, rows: rows(columns), paneHeight: least.height + min(2, spare))
        }

        /// The columns of a table of a width.
        func columns(_ width: Int) -> [Column] {
            Column.fitting(width, workers: count, largestShare: largestShare, flashpoints: flashpoints)
        }

        private func rows(_ columns: Int) -> Int { (count + columns - 1) / columns }

        /// How far panes are from the good width, and how many places in the grid stay empty.
        private func cost(_ columns: Int, _ width: Int) -> Int {
            abs(width / columns - Self.goodWidth) + 12 * (rows(columns) * columns - count)
        }
    }
}
