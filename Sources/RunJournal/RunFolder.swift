import Flashpoints
import FoundationEssentials

/// The folder of one run and what is where in it.
package struct RunFolder: Sendable, Hashable {
    /// The run's id, `YYYYMMDD-xxxx`, which is the folder's name.
    package let run: String
    package let path: String

    package init(run: String, path: String) {
        self.run = run
        self.path = path
    }

    /// The batch as it was read, one flashpoint a line.
    package var inputPath: String { "\(path)/\(InputSpool.fileName)" }
    package var journalPath: String { "\(path)/journal.sqlite" }
    package var logPath: String { "\(path)/run.log" }
    package var lockPath: String { "\(path)/lock" }

    /// Removes the folder and all in it: of a run whose batch turned out unreadable.
    ///
    /// - Throws: What kept it from being removed.
    package func remove() throws {
        try FileManager.default.removeItem(atPath: path)
    }
}
