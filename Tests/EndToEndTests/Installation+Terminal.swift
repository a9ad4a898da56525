import FoundationEssentials
import TestSupport
import Testing

extension Installation {
    /// The recorded sample run.
    static var sampleRecord: String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/sample.jsonl").path
    }

    /// Starts the command line in a terminal and ends it, should it still run, when `body` returns.
    func onTerminal<Value: Sendable>(
        _ arguments: [String],
        environment: [String: String] = [:],
        width: Int = 120,
        height: Int = 36,
        _ body: (TerminalProgram) async throws -> Value
    ) async throws -> Value {
        try await withTerminalProgram(
            [program.path] + arguments,
            environment: surroundings.merging(environment) { $1 },
            in: folder,
            width: width,
            height: height,
            body
        )
    }
}

extension TerminalProgram {
    /// Waits until all of the texts are on the screen.
    @discardableResult
    func waitFor(_ texts: String..., within limit: Duration = .seconds(120)) async throws -> ScreenModel {
        try await waitForScreen(within: limit) { screen in texts.allSatisfy { screen.contains($0) } }
    }

    /// Waits until the text is on the screen no more.
    func waitForNo(_ text: String) async throws {
        try await waitForScreen { !$0.contains(text) }
    }

    /// Opens a question, waits until it may be answered, and answers it.
    func ask(_ key: String, _ question: String, answer: String) async throws {
        send(key)
        try await waitFor(question)
        // Not a guess: keys typed within 300 ms are none for a question, which is what a test of them would see.
        try await Task.sleep(for: .milliseconds(400))
        send(answer)
        try await waitForNo(question)
    }

    /// Expects that the terminal is as the program found it.
    func expectGivenBack(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(screen.isAtRest, comment, sourceLocation: sourceLocation)
        #expect(!screen.isAlternate, comment, sourceLocation: sourceLocation)
        #expect(terminal.settings == settingsBefore, comment, sourceLocation: sourceLocation)
    }
}
