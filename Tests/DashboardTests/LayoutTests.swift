import Canvas
import TestSupport
import Testing

@testable import Dashboard

@Suite("Where everything goes on the screen", .heavy)
struct LayoutTests {
    static let counts = [0, 1, 2, 4, 5, 8, 12, 33, 64, 256]

    @Test(
        "Nothing overlaps, nothing lies outside, and the selected worker has a place, from 1x1 to 200x80",
        arguments: counts,
        Model.Arrangement.allCases
    )
    func properties(count: Int, arrangement: Model.Arrangement) {
        var looked = 0
        for width in Self.widths {
            for height in Self.heights {
                for screen in Model.Screen.allCases {
                    for (hasNotice, summaryRows) in [(false, 0), (true, 0), (false, 8), (true, 5)] {
                        if summaryRows > 0, screen != .main { continue }
                        let layout = Layout(
                            size: Size(width, height),
                            workers: count,
                            arrangement: arrangement,
                            screen: screen,
                            hasNotice: hasNotice,
                            summaryRows: summaryRows
                        )
                        if let problem = Self.problem(layout, count: count, hasNotice: hasNotice) {
                            let size = "\(width)x\(height) \(screen), notice \(hasNotice), summary \(summaryRows)"
                            Issue.record("\(size): \(problem)")
                            return
                        }
                        looked += 1
                    }
                }
            }
        }
        #expect(looked == Self.widths.count * Self.heights.count * 10)
    }

    /// Both sides of every place at which a rule changes, and some between.
    private static let widths =
        Array(1...8) + [
            11, 12, 15, 16, 20, 27, 28, 29, 39, 40, 41, 55, 56, 59, 60, 61, 79, 80, 99, 100, 115, 116, 117, 120, 160,
            200,
        ]
    private static let heights = Array(1...12) + [14, 15, 16, 17, 18, 19, 20, 21, 24, 29, 30, 36, 50, 80]

    private static func problem(_ layout: Layout, count: Int, hasNotice: Bool) -> String? {
        let whole = Rect(layout.size)
        var parts = [
            ("header", layout.header), ("strip", layout.strip), ("workers", layout.workersFrame),
            ("detail", layout.detail), ("summary", layout.summary), ("log", layout.log),
            ("failures", layout.failures), ("notice", layout.notice), ("footer", layout.footer),
        ]
        parts.removeAll { $0.1.isEmpty }
        for (place, part) in parts.enumerated() {
            if part.1.intersection(whole) != part.1 { return "\(part.0) lies outside" }
            for other in parts[(place + 1)...] where !part.1.intersection(other.1).isEmpty {
                return "\(part.0) overlaps \(other.0)"
            }
        }
        if layout.header.isEmpty { return "no header" }
        if hasNotice, layout.size.height > 1, layout.notice.isEmpty { return "no place for the notice" }
        if layout.screen == .main, !layout.log.isEmpty, layout.logRows < 2 { return "a log of \(layout.logRows) rows" }
        guard layout.screen == .main, count > 0 else { return nil }
        if !layout.isStateLine, layout.capacity < 1 { return "no worker to be seen" }
        return slots(layout, count: count)
    }

    /// Whether the places of workers lie in their frame, apart from each other, whichever is selected.
    private static func slots(_ layout: Layout, count: Int) -> String? {
        var last = Rect(0, 0, 0, 0)
        for slot in 0..<layout.capacity {
            let frame = layout.frame(ofSlot: slot)
            if frame.isEmpty || frame.intersection(layout.workersFrame) != frame {
                return "worker \(slot) lies outside"
            }
            if !frame.intersection(last).isEmpty { return "workers \(slot - 1) and \(slot) overlap" }
            last = frame
        }
        guard layout.capacity > 0 else { return nil }
        for selected in Set([0, count / 2, count - 1]) {
            for top in [0, selected / 2, count + 5] {
                let visible = layout.visible(top: top, selected: selected, of: count)
                if !visible.contains(selected) { return "selected \(selected) is not among \(visible) from top \(top)" }
                if visible.upperBound > count || visible.count > layout.capacity { return "\(visible) of \(count)" }
                if count > layout.capacity, visible.count < layout.capacity - layout.stride + 1 {
                    return "room for \(layout.capacity), shown \(visible)"
                }
            }
        }
        return nil
    }

    @Test(
        "Workers get panes where each has one of 28x6 cells, else a table",
        arguments: [
            (Size(120, 36), 4, 2), (Size(120, 36), 8, 4), (Size(100, 30), 4, 2), (Size(80, 24), 4, 2),
            (Size(80, 24), 8, nil), (Size(120, 36), 64, nil), (Size(60, 15), 4, nil), (Size(200, 50), 42, 7),
            (Size(120, 36), 1, 1), (Size(120, 36), 2, 2), (Size(120, 36), 3, 3),
        ] as [(Size, Int, Int?)]
    )
    func arrangement(size: Size, count: Int, columns: Int?) {
        let layout = Layout(size: size, workers: count)
        switch layout.workers {
        case .panes(let grid):
            #expect(grid.columns == columns)
            #expect(grid.columns * grid.rows >= count)
            #expect(layout.frame(ofSlot: 0).width >= 28 && grid.paneHeight >= 6)
        case .table: #expect(columns == nil)
        case .hidden: Issue.record("no workers at \(size)")
        }
    }

    @Test("Asked for, panes are there even if they have to be scrolled, and a table even if panes fit")
    func askedFor() {
        let panes = Layout(size: Size(120, 36), workers: 64, arrangement: .panes)
        guard case .panes = panes.workers else { return #expect(Bool(false), "no panes") }
        #expect(panes.capacity < 64)
        let table = Layout(size: Size(120, 36), workers: 4, arrangement: .table)
        guard case .table = table.workers else { return #expect(Bool(false), "no table") }
        #expect(table.capacity == 4)
    }

    @Test(
        "Header, log and footer take the rows that the size leaves them",
        arguments: [
            (Size(120, 36), 3, true, 1), (Size(80, 24), 3, true, 1), (Size(60, 15), 2, true, 1),
            (Size(40, 10), 2, false, 1), (Size(40, 8), 1, false, 1), (Size(39, 24), 1, false, 0),
            (Size(20, 5), 1, false, 0), (Size(1, 1), 1, false, 0),
        ]
    )
    func rows(size: Size, header: Int, hasLog: Bool, footer: Int) {
        let layout = Layout(size: size, workers: 8)
        #expect(layout.header.height == header)
        #expect(layout.log.isEmpty == !hasLog)
        #expect(layout.footer.height == footer)
    }

    @Test("Columns are left out in their order, and never worker, state and failures", arguments: Array(14...120))
    func columns(width: Int) {
        let columns = Layout.Column.fitting(width, workers: 64, largestShare: 50, flashpoints: 3_200)
        let kinds = columns.map(\.kind)
        #expect(kinds.contains(.id) && kinds.contains(.state) && kinds.contains(.failed))
        let order: [Layout.Column.Kind] = [.done, .bar, .share, .eta, .instance, .job, .rate, .current]
        let present = order.map { kinds.contains($0) }
        let missing = present.firstIndex(of: false) ?? present.count
        #expect(present[missing...].allSatisfy { !$0 }, "\(kinds)")
        let used = columns.reduce(-1) { $0 + $1.width + 1 }
        #expect(used <= width || kinds.count == 3)
        if kinds.contains(.bar) { #expect(used == width) }
    }

    @Test(
        "Nothing has a place on a screen without cells",
        arguments: [Size(0, 0), Size(0, 24), Size(80, 0), Size(-1, 5)]
    )
    func nothing(size: Size) {
        let layout = Layout(size: size, workers: 8, hasNotice: true)
        #expect(layout.header.isEmpty && layout.log.isEmpty && layout.notice.isEmpty && layout.capacity == 0)
    }
}
