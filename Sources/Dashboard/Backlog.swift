/// Reports that are being folded, a bounded number of events and lines at a time.
struct Backlog {
    private var reports: [Report] = []
    /// The report that is being folded.
    private var place = 0
    /// Events or lines of it that have been taken.
    private var taken = 0

    var isEmpty: Bool { place >= reports.count }

    mutating func add(_ reports: [Report]) {
        if isEmpty {
            self.reports = reports
            place = 0
            taken = 0
        } else {
            self.reports += reports
        }
    }

    /// The next report, or a piece of it with at most so many events or lines.
    mutating func next(limit: Int) -> Report? {
        guard !isEmpty else { return nil }
        let report = reports[place]
        let count =
            switch report {
            case .events(let events): events.count
            case .lines(let lines, _): lines.count
            case .preparing, .standing: 0
            }
        guard taken > 0 || count > limit else {
            place += 1
            return report
        }
        let range = taken..<min(count, taken + limit)
        taken = range.upperBound
        let isLast = taken >= count
        if isLast {
            place += 1
            taken = 0
        }
        switch report {
        case .events(let events): return .events(Array(events[range]))
        case .lines(let lines, let lost): return .lines(Array(lines[range]), lost: isLast ? lost : 0)
        case .preparing, .standing: return report
        }
    }
}
