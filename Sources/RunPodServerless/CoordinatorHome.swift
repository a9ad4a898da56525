import FoundationEssentials
import RunJournal
import Settings

/// Where a coordinator keeps its run: `ETL_DASH_HOME` when the container has one, else a folder that goes with the job.
enum CoordinatorHome {
    /// Calls `body` with the home, in which there is no run of the job.
    ///
    /// - Parameter body: Also gets whether a former coordinator of the job has left its run there; that is removed.
    /// - Throws: What `body` throws; `JournalError` or a file's error when the former run can't be looked at or removed.
    static func withHome<Value: Sendable>(
        _ settings: Settings,
        job: String,
        _ body: (_ home: URL, _ wasHere: Bool) async throws -> Value
    ) async throws -> Value {
        if settings.provenance(of: .home) != .default {
            let former = RunStore(home: settings.home.path(percentEncoded: false)).folder(of: job)
            let isThere = FileManager.default.fileExists(atPath: former.path)
            // A former coordinator that is cut off from the platform may still be at it, on a shared volume.
            let isHeld = isThere ? try RunLock.holder(path: former.lockPath) != nil : false
            if !isHeld {
                if isThere { try former.remove() }
                return try await body(settings.home, isThere)
            }
        }
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "etl-dash-\(UUID().uuidString.lowercased())",
            directoryHint: .isDirectory
        )
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder, false)
    }
}
