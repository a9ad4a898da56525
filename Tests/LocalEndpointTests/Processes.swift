import FoundationEssentials
import Synchronization
import Testing

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Whether the process runs; one that has ended and that nobody has reaped does not.
func isRunning(_ pid: Int32) -> Bool {
    guard kill(pid, 0) == 0 else { return false }
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return true }
    // The state stands after the command's closing parenthesis.
    let state = text.split(separator: ")").last?.split(separator: " ").first
    return state != "Z" && state != "X"
}

/// Waits until the condition holds and says whether it did before the deadline; an error counts as not yet.
func eventually(within limit: Duration = .seconds(120), _ condition: () async throws -> Bool) async -> Bool {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: limit)
    while clock.now < deadline {
        if (try? await condition()) == true { return true }
        // Cancelled: nobody waits any more.
        guard (try? await clock.sleep(for: .milliseconds(10))) != nil else { return false }
    }
    return (try? await condition()) == true
}

/// The process ids, one a line, that the file has when it has `count` of them.
func processIDs(in file: URL, count: Int) async throws -> [Int32] {
    var ids: [Int32] = []
    let isThere = await eventually {
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        // The last piece is unfinished, or empty after a newline.
        ids = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().compactMap { Int32($0) }
        return ids.count >= count
    }
    try Task.checkCancellation()
    try #require(isThere, "the processes did not start")
    return ids
}

/// What callbacks note for a test to look at.
final class Notes<Value: Sendable>: Sendable {
    private let notes = Mutex<[Value]>([])

    var all: [Value] { notes.withLock { $0 } }

    func add(_ note: Value) { notes.withLock { $0.append(note) } }
}
