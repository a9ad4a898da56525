/// The dashboard: shows what it is told on a display and turns keys into commands.
package struct Dashboard: Sendable {
    /// What the operator may do.
    package enum Role: Sendable, Hashable {
        /// This process drives the run; leaving asks while it is live.
        case driver
        /// Another process does, or none; commands go to it. Leaving asks nothing.
        case attached
        /// A recorded run is played so many times as fast.
        case replay(speed: Double)
    }

    /// What is shown besides the run itself.
    package struct Setup: Sendable {
        package var role: Role
        /// Takes away the verbs, from keys, help and footer alike.
        package var isReadOnly = false
        /// Where jobs go, in a few words: an endpoint's id, `this machine`, `this process`.
        package var endpoint: String
        /// Whether somebody asks money for the workers' time, as RunPod does.
        package var isBilled = false
        /// Dollars for a second of a worker, when set.
        package var pricePerSecond: Double?
        /// The folder with a folder for each run, which holds all lines of its log in `run.log`.
        package var runsPath: String?

        package init(role: Role, endpoint: String) {
            self.role = role
            self.endpoint = endpoint
        }
    }

    /// How the operator left.
    package enum Departure: Sendable, Hashable {
        /// There was nothing to leave behind: the run had ended, or it is somebody else's.
        case quit
        /// Stop driving here; the run can be resumed.
        case stop
        /// The same, by Ctrl-C twice.
        case interrupt
        /// Go on without a screen.
        case background
        /// The display is gone.
        case hangup
    }

    package let setup: Setup

    package init(_ setup: Setup) {
        self.setup = setup
    }
}
