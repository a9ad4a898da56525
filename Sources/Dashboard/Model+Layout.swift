import Coordination
import Flashpoints

extension Model {
    /// Where everything is: drawing and paging go by the same places.
    package var layout: Layout {
        Layout(
            size: size,
            workers: rows.count,
            arrangement: arrangement,
            screen: screen,
            hasNotice: hasNoticeLine,
            summaryRows: SummaryView.rows(of: self),
            largestShare: overview.header?.shares.max() ?? 0,
            flashpoints: overview.total
        )
    }

    /// Whether the line for notices is taken: by a notice, by what lasts, or by what is being typed.
    package var hasNoticeLine: Bool {
        if case .prompt = overlay { return true }
        return notice != nil || standingNotice != nil
    }

    /// Position of the selected worker among the shown ones; `nil` when there is none.
    package var selectedRow: Int? { rows.firstIndex(of: selected) }
}
