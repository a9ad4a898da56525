/// What a dashboard draws on and hears from: a terminal, or a stand-in for one.
package protocol Display: Sendable {
    /// What it can show as far as is known now; changes come as ``Input/profile(_:)``.
    var profile: Profile { get }

    /// Cells it has now; changes come as ``Input/resized(_:)``.
    var size: Size { get }

    /// All that came since the last call, as soon as there is something.
    ///
    /// - Returns: `nil` once the display is gone for good, or when the task is cancelled. For one caller at a time.
    func inputs() async -> [Input]?

    /// Shows a canvas.
    ///
    /// Where the display is slower than its caller, only the latest canvas counts.
    func paint(_ canvas: Canvas) async

    /// Forgets what is believed to be on display, so that the next ``paint(_:)`` draws every cell.
    func invalidate() async

    /// Gives the terminal back to the shell and stops the process, as Ctrl-Z does elsewhere.
    ///
    /// Returns when the process is continued and the display is there again.
    func suspend() async

    /// Hands text to the clipboard of the terminal's user.
    ///
    /// - Returns: Whether it was sent; nobody says whether it arrived.
    func copy(_ text: String) async -> Bool
}
