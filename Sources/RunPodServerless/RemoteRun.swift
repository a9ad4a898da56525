import Coordination
import Flashpoints
import FoundationEssentials
import RunEngine
package import RunJournal
import RunPodAPI
package import Settings

/// A run whose coordinator is a job on the endpoint, and the mark in its folder that says so.
package enum RemoteRun {
    private static let name = "remote"

    /// Marks a run as one.
    static func mark(_ folder: RunFolder) throws { try folder.keep([], as: name) }

    /// Whether the run is one.
    package static func isMarked(_ folder: RunFolder) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder.path)/\(name)")
    }

    /// The batch is more than one job can carry.
    package struct TooLarge: Error, Hashable, CustomStringConvertible {
        let bytes: Int
        let limit: Int

        package var description: String {
            """
            the batch has \(bytes) bytes as one job, and RunPod takes at most \(limit); leave out --remote, then it goes \
            out in several jobs, or cut the batch
            """
        }
    }

    /// Checks that the batch fits into one job, which is all that a coordinator gets.
    ///
    /// - Throws: ``TooLarge``; the run's folder is gone then. What keeps the run from being read.
    package static func check(
        _ folder: RunFolder,
        settings: Settings,
        limit: Int = RunPodClient.submissionLimit
    ) async throws {
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        let plan = try await journal.loadState().state.plan
        try journal.close()
        let bodies = try RunLauncher.bodies(plan, folder, settings).wholeBatch(settings)
        let order = JobOrder(
            ref: AttemptRef(worker: 0, chunk: 0, attempt: 1),
            nonce: UUID().uuidString,
            indices: IndexList(0..<plan.catalogue.count),
            endpoint: ""
        )
        let bytes = try bodies.request(order).count
        guard bytes > limit else { return }
        try folder.remove()
        throw TooLarge(bytes: bytes, limit: limit)
    }
}
