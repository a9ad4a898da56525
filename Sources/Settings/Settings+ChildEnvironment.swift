import FoundationEssentials

extension Settings {
    /// The environment of a worker process on this machine: the parent's, with these settings written into it.
    ///
    /// `RUNPOD_API_KEY` and `RUNPOD_ENDPOINT` are not in it, wherever they came from; `ETL_DATABASE` always is. A child
    /// that finds the parent's `.env` file would read them there, so it is to load its settings with `envFile: .none`.
    public func childEnvironment(from parent: [String: String]) -> [String: String] {
        var child = parent
        for row in SettingsTable.rows {
            child[row.key.rawValue] = row.reachesChildren ? row.text(in: self) : nil
        }
        child[Key.database.rawValue] = localDatabase.path(percentEncoded: false)
        return child
    }
}
