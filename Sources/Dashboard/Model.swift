package import Canvas
package import Coordination

/// All that the dashboard shows, and the state of its keys; changed by ``update(_:now:)`` alone.
package struct Model: Sendable {
    /// A page that fills the screen.
    package enum Screen: Sendable, Hashable, CaseIterable {
        /// Header, workers and the tail of the log.
        case main
        /// The log alone.
        case log
        /// All about the selected worker.
        case worker
        /// The failures by cause.
        case failures
    }

    /// Which part of the main screen the keys move in.
    package enum Focus: Sendable, Hashable {
        case workers
        case log
    }

    /// How workers are shown.
    package enum Arrangement: Sendable, Hashable, CaseIterable {
        /// As panes where they fit, else as a table.
        case automatic
        case panes
        case table
    }

    /// What is known of the run.
    package struct Known: Sendable {
        package internal(set) var overview = Overview()
        package internal(set) var log = LogBook()
        package internal(set) var pace = Pace()
        /// Wall time of the latest message, in milliseconds since 1970, on the time line of the events.
        package internal(set) var now: Int64 = 0
        /// Wall time of the latest event; `nil` before the first.
        package internal(set) var lastEvent: Int64?
        /// Seconds driven by now; stands still while nobody drives.
        package internal(set) var elapsed: Double = 0
        /// What is being done before there is a run.
        package internal(set) var preparing: String?
        /// Who drives the run, as far as a viewer knows.
        package internal(set) var standing: Standing?
        /// Seconds driven and wall time of the event that is furthest.
        var latest: (t: Double, at: Int64) = (0, 0)
    }

    package let setup: Dashboard.Setup
    package internal(set) var size: Size
    package internal(set) var profile: Profile

    /// What is known by now; verbs and questions go by it even while the screen is frozen.
    package internal(set) var live = Known()
    /// What was known when the screen was frozen.
    package internal(set) var held: Known?

    package internal(set) var screen = Screen.main
    package internal(set) var focus = Focus.workers
    /// Number of the selected worker, from 1; 0 while there is none.
    package internal(set) var selected = 0
    /// Workers in the order in which they are shown, without those that the filter hides.
    package internal(set) var rows: [Int] = []
    /// Position in ``rows`` of the first one on screen.
    package internal(set) var top = 0
    /// Numbers of the marked workers.
    package internal(set) var marks: Set<Int> = []
    package internal(set) var filter: WorkerFilter?
    package internal(set) var order = WorkerOrder()
    package internal(set) var arrangement = Arrangement.automatic
    package internal(set) var logView = LogView()
    /// Position of the selected group on the screen of failures.
    package internal(set) var failure = 0
    /// What lies over the screen and takes the keys.
    package internal(set) var overlay: Overlay?
    package internal(set) var notice: Notice?
    /// Whether the terminal's window has the keyboard, as far as it tells.
    package internal(set) var hasKeyboard = true
    /// Milliseconds as people feel them: a recording may be played faster than that.
    var uptime: Int64
    /// When Ctrl-C was pressed last, by ``uptime``.
    var interruptedAt: Int64?
    var receipts = Receipts()

    package init(_ setup: Dashboard.Setup, size: Size, profile: Profile, now: Int64) {
        self.setup = setup
        self.size = size
        self.profile = profile
        uptime = now
        live.now = now
    }

    // MARK: - What is shown

    /// What is shown: what is known, or what was when the screen was frozen.
    package var shown: Known { held ?? live }

    package var overview: Overview { held?.overview ?? live.overview }
    package var log: LogBook { held?.log ?? live.log }
    package var pace: Pace { held?.pace ?? live.pace }
    package var now: Int64 { held?.now ?? live.now }
    package var elapsed: Double { held?.elapsed ?? live.elapsed }
    package var preparing: String? { held == nil ? live.preparing : held?.preparing }
    package var standing: Standing? { held == nil ? live.standing : held?.standing }
    /// Whether data stand still on the screen while they go on being collected.
    package var isFrozen: Bool { held != nil }
    /// Whether the operator can command nothing.
    package var isReadOnly: Bool { whyReadOnly != nil }

    /// Whether the run goes on, so that time matters.
    package var isLive: Bool {
        guard live.overview.phase != .ended, live.overview.halted == nil, live.standing != .interrupted else {
            return false
        }
        return live.overview.phase == .running || live.preparing != nil
    }

    /// The selected worker's lane.
    package var selectedLane: LaneView? { overview.lane(selected) }
}
