/// Where a key was pressed, which decides what it does.
package enum KeyContext: String, Sendable, Hashable, CaseIterable {
    case main
    case log
    case worker
    case failures
    case help
    case prompt
    case dialog
}

/// What a key does.
package enum Verb: Sendable, Hashable, CaseIterable {
    // Moving.
    case up, down, left, right, first, last, halfUp, halfDown, pageUp, pageDown, nextPane, previousPane
    case open, back, quit
    // Looking.
    case filter, next, previous, invert, nextError, failures, log, workerLog, sort, reverse, arrangement, freeze
    case follow, wrap, timestamps, levelDebug, levelInfo, levelWarning, levelError
    case help, copy, write, repaint, suspend
    // Marks.
    case mark, markAll, unmarkAll
    // What changes the run.
    case cancelWorkers, cancelRun, retry, pause, stop
    case interrupt
    // Typing.
    case accept, discard, decline, erase, eraseWord, eraseLine, deleteForward, cursorLeft, cursorRight, cursorHome,
        cursorEnd
}
