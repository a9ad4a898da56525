import Synchronization
import Testing

/// What came of each cell of the matrix, to be printed as a table when all have been played.
final class Results: Sendable {
    /// Where a scenario stands in the table.
    struct Cell: Sendable, Hashable {
        var client: Maker
        var worker: Maker
        var scenario: Scenario

        /// The one that is being played.
        @TaskLocal static var current: Cell?
    }

    @TaskLocal static var shared: Results?

    private let state = Mutex<(played: Set<Cell>, failed: Set<Cell>)>(([], []))

    func played(_ cell: Cell) { state.withLock { _ = $0.played.insert(cell) } }
    func failed(_ cell: Cell) { state.withLock { _ = $0.failed.insert(cell) } }

    /// A row for each scenario, a column for each pair of a client and a worker; empty when nothing was played.
    var table: String {
        let (played, failed) = state.withLock { $0 }
        guard !played.isEmpty || !failed.isEmpty else { return "" }
        let pairs = Maker.allCases.flatMap { client in Maker.allCases.map { (client, $0) } }
        let width = (Scenario.allCases.map(\.rawValue.count).max() ?? 0) + 2
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        let head = padded("client / worker", width) + pairs.map { padded("\($0.0) / \($0.1)", 13) }.joined()
        let rows = Scenario.allCases.map { scenario in
            let words = pairs.map { client, worker in
                let cell = Cell(client: client, worker: worker, scenario: scenario)
                return failed.contains(cell) ? "FAILED" : played.contains(cell) ? "passed" : "skipped"
            }
            return padded(scenario.rawValue, width) + words.map { padded($0, 13) }.joined()
        }
        return ([head] + rows).joined(separator: "\n")
    }
}

/// Prints the table when a suite is over.
struct ResultsTableTrait: SuiteTrait, TestScoping {
    @concurrent func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let results = Results()
        try await Results.$shared.withValue(results) { try await function() }
        let table = results.table
        if !table.isEmpty { print(table) }
    }
}

extension Trait where Self == ResultsTableTrait {
    static var resultsTable: ResultsTableTrait { ResultsTableTrait() }
}

extension Trait where Self == IssueHandlingTrait {
    /// Puts each failure down in the table, and leaves it what it is.
    static var notingFailures: IssueHandlingTrait {
        .compactMapIssues { issue in
            if let cell = Results.Cell.current { Results.shared?.failed(cell) }
            return issue
        }
    }
}
