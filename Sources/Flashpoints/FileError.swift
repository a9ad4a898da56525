#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file of the run that could not be used, with the system's reason.
package struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was tried.
    package enum Action: String, Sendable {
        case create
        case open
        case read
        case write
        case sync
    }

    package var path: String
    package var action: Action
    /// The system's `errno`; 0 when the file is shorter than it has to be.
    package var code: Int32

    package init(path: String, action: Action, code: Int32) {
        self.path = path
        self.action = action
        self.code = code
    }

    /// What happened, where and what to do.
    package var description: String {
        let reason =
            switch code {
            case 0: "it is shorter than the run's journal says; it was changed after the run began"
            case ENOSPC: "no space is left on the disk; free some and start again"
            case EDQUOT: "the disk quota is used up; free some space and start again"
            default: Self.text(of: code)
            }
        return "can't \(action.rawValue) \(path): \(reason)"
    }

    /// The system's words for an error number, such as `no such file or directory`.
    static func text(of code: Int32) -> String {
        let text = String(cString: strerror(code))
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
