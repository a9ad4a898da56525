/// What went out to a terminal so far.
package struct TerminalStatistics: Sendable, Hashable {
    /// Canvases that changed something on the screen.
    package var frames = 0
    /// Calls of write(2) that brought something out: as many as frames, as long as the terminal keeps up.
    package var writes = 0
    package var bytes = 0

    package init() {}
}
