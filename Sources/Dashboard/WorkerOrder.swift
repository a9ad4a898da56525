import Coordination

/// In which order workers are shown; equal ones go by their number.
package struct WorkerOrder: Sendable, Hashable {
    package enum Key: String, Sendable, Hashable, CaseIterable {
        case number
        /// Trouble first.
        case state
        /// The least done first.
        case progress
        /// The longest first.
        case eta
        /// The most first.
        case failures
    }

    package internal(set) var key = Key.number
    package internal(set) var isReversed = false

    package init(_ key: Key = .number, isReversed: Bool = false) {
        self.key = key
        self.isReversed = isReversed
    }

    /// The order in words, such as `state, trouble first`.
    package var title: String {
        let title =
            switch key {
            case .number: "number"
            case .state: "state, trouble first"
            case .progress: "progress, least first"
            case .eta: "time left, longest first"
            case .failures: "failures, most first"
            }
        return isReversed ? title + ", reversed" : title
    }

    /// The order by the next key.
    var next: WorkerOrder {
        let keys = Key.allCases
        let place = keys.firstIndex(of: key) ?? 0
        return WorkerOrder(keys[(place + 1) % keys.count])
    }

    /// The numbers of the workers in this order.
    func sorted(_ lanes: [LaneView], known: Model.Known) -> [Int] {
        let ranks: [Double] = lanes.map { lane in
            switch key {
            case .number: 0
            case .state: Double(Condition(lane, health: known.overview.health).rawValue)
            case .progress: lane.share == 0 ? 2 : Double(lane.settled) / Double(lane.share)
            case .eta:
                lane.settled >= lane.share ? 1 : -(known.pace.seconds(left: lane, at: known.elapsed) ?? .infinity)
            case .failures: -Double(lane.failed)
            }
        }
        let sign: Double = isReversed ? -1 : 1
        return lanes.indices
            .sorted { left, right in
                let (one, two) = (ranks[left] * sign, ranks[right] * sign)
                if one != two { return one < two }
                return isReversed && key == .number ? left > right : left < right
            }
            .map { lanes[$0].worker }
    }
}
