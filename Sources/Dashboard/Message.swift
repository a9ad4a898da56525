package import Canvas
package import Coordination

/// What changes a model.
package enum Message: Sendable {
    case input(Input)
    case report(Report)
    /// The answer to a command.
    case receipt(Command, Receipt)
    /// The answer of the driver that was asked to stop.
    case stopped(Receipt)
    /// Time has passed.
    case tick
    /// There is time to go on with what was put off to keep the keys quick.
    case slice
    /// Text went to the terminal's clipboard, or could not.
    case copied(String, isSent: Bool)
    /// A file was written, as the sentence says, or could not be.
    case saved(Result<String, SaveProblem>)
    /// The display is gone.
    case hangup
}

/// What is to be done after a change.
package enum Action: Sendable, Hashable {
    /// Give the run these commands.
    case send([Command])
    /// Ask the process that drives the run to stop.
    case stop
    case copy(String)
    case save(SaveRequest)
    /// Write what is on the screen to a file.
    case saveScreen(path: String)
    /// Write the shown lines of the log to a file.
    case saveLog(path: String)
    case suspend
    /// Draw every cell again.
    case invalidate
    case leave(Dashboard.Departure)
}

/// Something to be written to a file.
package struct SaveRequest: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        case text(String)
        /// The run's answer with its results, as `run --output` writes it.
        case results
    }

    /// As it was typed.
    package var path: String
    package var content: Content

    package init(path: String, content: Content) {
        self.path = path
        self.content = content
    }
}

/// Why a file could not be written, in a sentence with what to do.
package struct SaveProblem: Error, Sendable, Hashable {
    package var message: String

    package init(_ message: String) {
        self.message = message
    }
}
