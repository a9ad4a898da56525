package import Canvas

/// Where everything goes on a screen of so many cells: fixed priorities, no constraints to solve.
///
/// Holds places only, so that drawing and paging agree on them. Costs O(1), whatever the number of workers.
package struct Layout: Sendable, Hashable {
    /// How workers are shown.
    package enum Workers: Sendable, Hashable {
        /// Not at all.
        case hidden
        case panes(PaneGrid)
        case table(Table)
    }

    /// Panes of equal height, row after row.
    package struct PaneGrid: Sendable, Hashable {
        /// Panes side by side.
        package var columns: Int
        /// Rows of panes that can be seen.
        package var rows: Int
        /// Rows of cells of a pane, its border included.
        package var paneHeight: Int
    }

    /// One worker a row, in one column of rows or two.
    package struct Table: Sendable, Hashable {
        package var columns: [Column]
        /// Tables side by side.
        package var tables: Int
        /// Workers that can be seen in each of them.
        package var rows: Int
        package var hasTitles: Bool
    }

    package let size: Size
    package let screen: Model.Screen
    /// Whether there is no room for more than a line on the state of the run.
    package let isStateLine: Bool
    package private(set) var header = Rect(0, 0, 0, 0)
    /// One cell a worker, where not every worker has a place of its own.
    package private(set) var strip = Rect(0, 0, 0, 0)
    package private(set) var workers = Workers.hidden
    package private(set) var workersFrame = Rect(0, 0, 0, 0)
    /// Facts on the selected worker: a column of them, or one line.
    package private(set) var detail = Rect(0, 0, 0, 0)
    /// What came out of a run that has ended, and what to press.
    package private(set) var summary = Rect(0, 0, 0, 0)
    /// The log with its title row.
    package private(set) var log = Rect(0, 0, 0, 0)
    package private(set) var failures = Rect(0, 0, 0, 0)
    package private(set) var notice = Rect(0, 0, 0, 0)
    package private(set) var footer = Rect(0, 0, 0, 0)

    /// - Parameter workers: How many there are to show.
    /// - Parameter summaryRows: Rows that a summary of the ended run wants; 0 while it has not ended.
    /// - Parameter largestShare: Flashpoints of the largest share, for the width of columns.
    /// - Parameter flashpoints: Those of the run, for the same.
    package init(
        size: Size,
        workers count: Int,
        arrangement: Model.Arrangement = .automatic,
        screen: Model.Screen = .main,
        hasNotice: Bool = false,
        summaryRows: Int = 0,
        largestShare: Int = 999,
        flashpoints: Int = 9_999
    ) {
        self.size = size
        self.screen = screen
        isStateLine = size.width < 40 || size.height < 8
        guard size.width > 0, size.height > 0 else { return }
        let demand = WorkersDemand(
            count: count,
            arrangement: arrangement,
            largestShare: largestShare,
            flashpoints: flashpoints
        )
        var body = Rect(size)
        guard !isStateLine else {
            placeStateLine(&body, demand, hasNotice: hasNotice)
            return
        }
        header = body.takeTop(size.height >= 18 ? 3 : size.height >= 10 ? 2 : 1)
        let bottom = body.takeBottom(1)
        if hasNotice, size.height < 15 {
            notice = bottom
        } else {
            footer = bottom
            if hasNotice { notice = body.takeBottom(1) }
        }
        switch screen {
        case .main: placeMain(&body, demand, summaryRows: summaryRows)
        case .log: log = body
        case .failures: failures = body
        case .worker:
            if body.width >= 100 {
                detail = body.takeLeft(50)
                _ = body.takeLeft(1)
                log = body
            } else {
                detail = body.takeTop(body.height >= 16 ? 12 : body.height)
                log = body
            }
        }
    }

    /// Rows of the log without its title.
    package var logRows: Int { max(0, log.height - 1) }

    /// The lines of the log without its title.
    package var logLines: Rect { Rect(log.x, log.y + min(1, log.height), log.width, log.height - 1) }

    /// Workers that have a place on the screen.
    package var capacity: Int {
        switch workers {
        case .hidden: 0
        case .panes(let grid): grid.columns * grid.rows
        case .table(let table): table.tables * table.rows
        }
    }

    /// How far up or down the neighbour of a worker is.
    package var stride: Int {
        if case .panes(let grid) = workers { grid.columns } else { 1 }
    }

    /// How far left or right the neighbour of a worker is; 0 where there is none.
    package var sideStride: Int {
        switch workers {
        case .hidden: 0
        case .panes(let grid): grid.columns > 1 ? 1 : 0
        case .table(let table): table.tables > 1 ? table.rows : 0
        }
    }

    /// Which of the workers can be seen, by their positions in the order shown.
    ///
    /// - Parameter top: The first one shown before; kept as far as the selected one can then be seen.
    /// - Parameter selected: Position of the selected one.
    package func visible(top: Int, selected: Int, of count: Int) -> Range<Int> {
        guard capacity > 0, count > 0 else { return 0..<0 }
        let step = stride
        let selected = min(max(0, selected), count - 1)
        // Whole rows of panes move, so that a pane stays in its column.
        func row(_ position: Int) -> Int { position / step }
        let rows = capacity / step
        let last = max(0, row(count - 1) - rows + 1)
        var first = min(max(0, row(max(0, top))), last)
        first = min(first, row(selected))
        first = max(first, row(selected) - rows + 1)
        let start = first * step
        return start..<min(count, start + capacity)
    }

    /// The place of a visible worker, counted from the first one.
    package func frame(ofSlot slot: Int) -> Rect {
        guard slot >= 0, slot < capacity else { return Rect(workersFrame.x, workersFrame.y, 0, 0) }
        switch workers {
        case .hidden: return Rect(0, 0, 0, 0)
        case .panes(let grid):
            let (row, column) = slot.quotientAndRemainder(dividingBy: grid.columns)
            let left = workersFrame.width * column / grid.columns
            let right = workersFrame.width * (column + 1) / grid.columns
            return Rect(
                workersFrame.x + left,
                workersFrame.y + row * grid.paneHeight,
                right - left,
                grid.paneHeight
            )
        case .table(let table):
            let (place, row) = slot.quotientAndRemainder(dividingBy: table.rows)
            let frame = tableFrame(place, of: table)
            return Rect(frame.x, frame.y + (table.hasTitles ? 1 : 0) + row, frame.width, 1)
        }
    }

    /// The place of one of the tables side by side, its titles included.
    package func tableFrame(_ place: Int, of table: Table) -> Rect {
        let left = workersFrame.width * place / table.tables
        let right = workersFrame.width * (place + 1) / table.tables
        // A blank column keeps neighbours apart.
        let gap = place + 1 < table.tables ? 1 : 0
        return Rect(workersFrame.x + left, workersFrame.y, right - left - gap, workersFrame.height)
    }
}

// MARK: - The parts of a screen

extension Layout {
    private mutating func placeStateLine(_ body: inout Rect, _ demand: WorkersDemand, hasNotice: Bool) {
        header = body.takeTop(1)
        if hasNotice { notice = body.takeBottom(1) }
        switch screen {
        case .main:
            guard demand.count > 0 else {
                workersFrame = body
                return
            }
            strip = body.takeTop(1)
            guard body.height > 0, body.width >= 16 else { return }
            let rows = min(body.height, demand.count)
            workers = .table(Table(columns: demand.columns(body.width), tables: 1, rows: rows, hasTitles: false))
            workersFrame = body.takeTop(rows)
        case .log: log = body
        case .worker: detail = body
        case .failures: failures = body
        }
    }

    private mutating func placeMain(_ body: inout Rect, _ demand: WorkersDemand, summaryRows: Int) {
        let isWide = size.width >= 116 && size.height >= 30
        let least = Self.leastBottom(size)
        if demand.count > 0 {
            if let grid = demand.grid(in: body, bottom: least, isTall: size.height >= 30) {
                workers = .panes(grid)
                workersFrame = body.takeTop(grid.rows * grid.paneHeight)
            } else {
                placeTable(&body, demand, least: least)
            }
        } else {
            // A sentence says why there is nobody to show.
            workersFrame = body.takeTop(max(1, min(body.height / 2, body.height - least)))
        }
        if summaryRows > 0, !isWide {
            // The log gives way, but for a title and two lines where it has as many.
            let spare = max(0, body.height - (least > 0 ? 3 : 0))
            summary = body.takeTop(spare >= 2 ? min(summaryRows, spare) : 0)
        }
        guard least > 0, body.height >= 3 else { return }
        if isWide, body.height >= 6 {
            let column = body.takeLeft(46)
            _ = body.takeLeft(1)
            if summaryRows > 0 { summary = column } else { detail = column }
        } else if case .table = workers, size.width >= 60, size.height >= 20, body.height >= 5, summary.isEmpty {
            detail = body.takeTop(1)
        }
        log = body
    }

    private mutating func placeTable(_ body: inout Rect, _ demand: WorkersDemand, least: Int) {
        let titles = size.height >= 12 ? 1 : 0
        let room = body.height - least - titles
        // A tiny window may have no row to spare for the log; the workers go first.
        var rows = max(1, room)
        let tables = size.width >= 116 && demand.count > rows ? 2 : 1
        if demand.count > rows * tables, size.height >= 18, rows > 2 {
            strip = body.takeTop(1)
            rows -= 1
        }
        rows = min(rows, (demand.count + tables - 1) / tables, max(1, body.height - titles))
        let hasTitles = titles == 1 && body.height > rows
        let width = tables == 1 ? body.width : body.width / 2 - 1
        workers = .table(
            Table(
                columns: demand.columns(width),
                tables: tables,
                rows: rows,
                hasTitles: hasTitles
            )
        )
        workersFrame = body.takeTop(rows + (hasTitles ? 1 : 0))
    }

    /// Rows below the workers that they don't take: the log's, and those of what stands beside it.
    private static func leastBottom(_ size: Size) -> Int {
        guard size.width >= 60, size.height >= 15 else { return 0 }
        return size.height >= 30 ? 9 : size.height >= 20 ? 6 : 3
    }
}
