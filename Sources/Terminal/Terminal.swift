package import Canvas

/// The terminal as a display: painted on by ncurses, one write a frame, and given back as it was on every way out.
///
/// All of its work is done on one thread of its own; ``TerminalCore`` has it.
package final class Terminal: Display {
    private let core: TerminalCore

    private init(_ core: TerminalCore) {
        self.core = core
    }

    /// Calls `body` with an open terminal and gives the terminal back afterwards, whatever happened.
    ///
    /// - Throws: ``TerminalProblem`` before anything was written, when ``check(input:output:environment:)`` would; what
    ///   `body` throws.
    package static func with<Value>(
        _ options: Options,
        _ body: (Terminal) async throws -> Value
    ) async throws -> Value {
        let core = TerminalCore(options)
        try await core.open()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(Terminal(core)))
        } catch {
            result = .failure(error)
        }
        await core.close()
        return try result.get()
    }

    /// Gives the process's terminal back at once, from any thread, for a process that is about to end.
    ///
    /// Nothing is painted any more afterwards.
    package static func giveBackAtOnce() { Rescue.restoreCurrent() }

    package var profile: Profile { core.facts.profile }
    package var size: Size { core.facts.size }
    package var statistics: TerminalStatistics { core.facts.statistics }

    package func inputs() async -> [Input]? { await core.inbox.take() }

    package func paint(_ canvas: Canvas) async { await core.paint(canvas) }

    package func invalidate() async { await core.invalidate() }

    package func suspend() async { await core.suspend(withJob: true) }

    package func copy(_ text: String) async -> Bool { await core.copy(text) }
}
