package import Coordination

extension RunStore {
    /// A run as a list shows it.
    package struct ListedRun: Sendable, Hashable {
        package var folder: RunFolder
        /// What it tells of itself, or why it can't be used.
        package var glance: Result<RunGlance, JournalError>
        /// The process that drives it now.
        package var driver: RunLock.Holder?

        package init(folder: RunFolder, glance: Result<RunGlance, JournalError>, driver: RunLock.Holder? = nil) {
            self.folder = folder
            self.glance = glance
            self.driver = driver
        }
    }

    /// Runs, the newest first.
    package struct Listing: Sendable, Hashable {
        package var runs: [ListedRun]
        /// How many more there are.
        package var more: Int

        package init(runs: [ListedRun], more: Int) {
            self.runs = runs
            self.more = more
        }
    }

    /// The newest runs, `limit` of them at most, and whatever can't be used: that is always worth knowing.
    ///
    /// Opens the journal of each run for a moment, but reads outcomes of those only that are given.
    ///
    /// - Throws: `JournalError` when the store can't be read; a run that can't is in the list.
    @concurrent
    package func list(limit: Int = .max) async throws -> Listing {
        let runs = try await runs()
        var room = limit
        let listed = runs.filter { stored in
            guard case .success = stored.plan else { return true }
            room -= 1
            return room >= 0
        }
        let shown = listed.map { stored in
            let glance = Result { () throws(JournalError) in
                let plan = try stored.plan.get()
                return try Self.look(stored.folder) { try RunGlance($0, plan, path: $1) }
            }
            // A lock that can't be read is no reason to leave the run out.
            let driver = try? RunLock.holder(path: stored.folder.lockPath)
            return ListedRun(folder: stored.folder, glance: glance, driver: driver ?? nil)
        }
        return Listing(runs: shown, more: runs.count - shown.count)
    }
}

extension RunStore {
    /// What was fixed when a run was planned.
    ///
    /// - Throws: `JournalError` when its journal can't be read.
    package static func header(of folder: RunFolder) throws(JournalError) -> RunHeader {
        try look(folder) { try plannedRun($0, path: $1).header }
    }

    /// Whether a run is at its end.
    ///
    /// - Throws: `JournalError` when its journal can't be read.
    package static func hasEnded(_ folder: RunFolder) throws(JournalError) -> Bool {
        try look(folder) { db, path in
            try RunGlance(db, try plannedRun(db, path: path), path: path).answer != nil
        }
    }
}
