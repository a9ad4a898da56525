extension RunStore {
    /// The run an operator means: its id, the beginning of one, or `last`.
    ///
    /// - Throws: `RunNameError`, or `JournalError` when the store can't be read.
    package func resolve(_ name: String) async throws -> RunFolder {
        guard name == "last" else {
            return folder(of: try RunNameError.match(name, among: try ids(), runsPath: runsPath))
        }
        let runs = try await runs()
        // Runs that can be used come first.
        if let newest = runs.first, case .success = newest.plan { return newest.folder }
        for run in runs {
            // What was never planned is no run yet.
            guard case .failure(let error) = run.plan, error.reason != .unfinished else { continue }
            throw RunNameError.noneUsable(latest: "\(error)")
        }
        throw RunNameError.noRuns(runsPath: runsPath)
    }
}
