import Coordination

extension Model {
    /// Where everything is: drawing and paging go by the same places.
    package var layout: Layout {
        Layout(
            size: size,
            workers: rows.count,
            arrangement: arrangement,
            screen: screen,
            hasNotice: hasNoticeLine,
            summaryRows: overview.phase == .ended ? Self.summaryRows : 0,
            largestShare: overview.lanes.map(\.share).max() ?? 0
        )
    }

    /// Rows that the summary of an ended run takes where there is room.
    package static let summaryRows = 6

    /// Whether the line for notices is taken, by a notice or by what is being typed.
    package var hasNoticeLine: Bool {
        if case .prompt = overlay { true } else { notice != nil }
    }

    /// Position of the selected worker among the shown ones; `nil` when there is none.
    package var selectedRow: Int? { rows.firstIndex(of: selected) }
}
