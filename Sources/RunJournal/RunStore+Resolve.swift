extension RunStore {
    /// The run an operator means: its id, the beginning of one, or `last`.
    ///
    /// - Throws: `RunNameError`, or `JournalError` when the store can't be read.
    package func resolve(_ name: String) async throws -> RunFolder {
        if name == "last" {
            guard let newest = try await runs().first(where: { (try? $0.plan.get()) != nil }) else {
                throw RunNameError.noRuns(runsPath: runsPath)
            }
            return newest.folder
        }
        return folder(of: try RunNameError.match(name, among: try ids(), runsPath: runsPath))
    }
}
