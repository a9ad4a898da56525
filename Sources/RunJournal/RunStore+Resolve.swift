extension RunStore {
    /// The run an operator means: its id, the beginning of one, or `last`.
    ///
    /// The last one is the newest; an older one in its place would be another run than is meant.
    ///
    /// - Throws: `RunNameError`, or `JournalError` when the store can't be read.
    package func resolve(_ name: String) async throws -> RunFolder {
        guard name == "last" else {
            return folder(of: try RunNameError.match(name, among: try ids(), runsPath: runsPath))
        }
        for run in try await runs() {
            switch run.plan {
            case .success: return run.folder
            // What was never planned is no run yet.
            case .failure(let error) where error.reason == .unfinished: continue
            case .failure(let error): throw RunNameError.newestUnusable(run.folder.run, why: "\(error)")
            }
        }
        throw RunNameError.noRuns(runsPath: runsPath)
    }
}
