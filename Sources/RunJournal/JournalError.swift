#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why a run's files could not be used: what happened, where, and what to do.
package struct JournalError: Error, Sendable, Hashable {
    /// What happened.
    package enum Reason: Sendable, Hashable {
        /// No space is left, or the quota is used up.
        case diskFull
        /// The folder or the file can't be written; the system's words.
        case notWritable(String)
        /// The folder or the file may not be read; the system's words.
        case notReadable(String)
        /// What was found is not what was written; says what is wrong.
        case corrupt(String)
        /// The file was not made by this program.
        case foreign
        /// A newer version of this program made it.
        case newer(version: Int, known: Int)
        /// Another process drives the run.
        case held(pid: Int32?)
        /// The batch was never read to its end, so nothing was ever submitted.
        case unfinished
        /// There is a journal already where a new one was to be made.
        case exists
        /// The journal was handed something that contradicts it: a fault of this program.
        case inconsistent(String)
        /// Anything else; the system's or SQLite's words.
        case system(String)
    }

    /// The file or folder.
    package var path: String
    package var reason: Reason

    package init(path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// An error of the operating system.
    init(path: String, errno code: Int32) {
        self.path = path
        let words = Self.words(of: code)
        reason =
            switch code {
            case ENOSPC, EDQUOT: .diskFull
            case EACCES, EPERM, EROFS, ENOTDIR: .notWritable(words)
            default: .system(words)
            }
    }

    /// An error of the operating system where something was only to be read.
    init(reading path: String, errno code: Int32) {
        self.init(path: path, errno: code)
        if case .notWritable(let words) = reason { reason = .notReadable(words) }
    }

    private static func words(of code: Int32) -> String {
        let text = String(cString: strerror(code))
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}

extension JournalError: CustomStringConvertible {
    /// The run of the file, as its folder has it.
    private var run: String {
        let parts = path.split(separator: "/")
        return parts.count > 1 && parts.last == "journal.sqlite" ? String(parts[parts.count - 2]) : "RUN"
    }

    package var description: String {
        switch reason {
        case .diskFull:
            "\(path) can't grow: no space is left on the disk; free some, then resume the run"
        case .notWritable(let words):
            "\(path) can't be written: \(words); make its folder writable or set ETL_DASH_HOME to one that is"
        case .notReadable(let words):
            "\(path) can't be read: \(words); make it readable for you or set ETL_DASH_HOME to a folder that is"
        case .corrupt(let what):
            "\(path) is damaged: \(what); it is left as it is; restore it from a copy, or keep what can be read of it with "
                + "etl-dash resume \(run) --salvage"
        case .foreign:
            "\(path) is not a journal of etl-dash; it is left as it is, so move it away or set ETL_DASH_HOME"
        case .newer(let version, let known):
            "\(path) was written by a newer etl-dash (format \(version), known here up to \(known)); use that version"
        case .held(let pid):
            "\(path): the run is being driven by \(pid.map { "process \($0)" } ?? "another process"); attach to it or "
                + "stop it first"
        case .unfinished:
            "\(path): the run was interrupted before its batch was read to the end, so nothing was submitted; start it "
                + "again"
        case .exists:
            "\(path) is there already; a new run needs a folder of its own"
        case .inconsistent(let what):
            "\(path) was handed a contradiction, which is a fault of etl-dash: \(what)"
        case .system(let words):
            "\(path) can't be used: \(words)"
        }
    }
}
