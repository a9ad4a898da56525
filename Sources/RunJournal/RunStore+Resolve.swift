extension RunStore {
    /// The run an operator means: its id, the beginning of one, or `last`.
    ///
    /// - Throws: `RunNameError`, or `JournalError` when the store can't be read.
    package func resolve(_ name: String) async throws -> RunFolder {
        guard name == "last" else {
            return folder(of: try RunNameError.match(name, among: try ids(), runsPath: runsPath))
        }
        let runs = try await runs()
        guard let newest = runs.first else { throw RunNameError.noRuns(runsPath: runsPath) }
        // Runs that can be used come first.
        if case .failure(let error) = newest.plan { throw RunNameError.noneUsable(runs.count, "\(error)") }
        return newest.folder
    }
}
