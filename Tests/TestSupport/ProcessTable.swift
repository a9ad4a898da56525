import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What Linux tells about processes under `/proc`; nothing is known elsewhere.
package enum ProcessTable {
    /// Whether the process runs; one that has ended and that nobody has reaped does not.
    package static func isRunning(_ pid: Int32) -> Bool {
        guard kill(pid, 0) == 0 else { return false }
        return state(of: pid).map { $0 != "Z" && $0 != "X" } ?? true
    }

    /// Whether SIGSTOP holds the process.
    package static func isStopped(_ pid: Int32) -> Bool { state(of: pid) == "T" }

    /// The processes whose parent this is, those that have ended left out.
    package static func children(of pid: Int32) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { Int32($0) }.filter { parent(of: $0) == pid && isRunning($0) }.sorted()
    }

    /// The children, their children and so on.
    package static func descendants(of pid: Int32) -> [Int32] {
        children(of: pid).flatMap { [$0] + descendants(of: $0) }
    }

    /// The environment that the process was started with, as `NAME=VALUE`; nil when it is gone.
    package static func environment(of pid: Int32) -> [String]? {
        strings(of: pid, "environ")
    }

    /// The program and its arguments; nil when the process is gone.
    package static func arguments(of pid: Int32) -> [String]? {
        strings(of: pid, "cmdline")
    }

    /// The running processes that were started with an environment that holds this `NAME=VALUE`.
    package static func processes(startedWith assignment: String) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let found = all.compactMap { Int32($0) }.filter { environment(of: $0)?.contains(assignment) == true }
        return found.filter(isRunning).sorted()
    }

    private static func strings(of pid: Int32, _ file: String) -> [String]? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/\(file)"), !data.isEmpty else { return nil }
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func parent(of pid: Int32) -> Int32? { fields(of: pid).dropFirst().first.flatMap { Int32($0) } }

    private static func state(of pid: Int32) -> String? { fields(of: pid).first }

    /// The fields of `/proc/PID/stat` from the state on.
    ///
    /// They stand after the last parenthesis: the name before it may hold some of its own.
    private static func fields(of pid: Int32) -> [String] {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat"),
            let tail = String(decoding: data, as: UTF8.self).split(separator: ")").last
        else { return [] }
        return tail.split(separator: " ").map { String($0) }
    }
}

/// Waits until the condition holds.
///
/// - Returns: Whether it did before the limit; an error of the condition counts as not yet.
package func becomesTrue(within limit: Duration = .seconds(120), _ condition: () async throws -> Bool) async -> Bool {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: limit)
    while clock.now < deadline {
        if (try? await condition()) == true { return true }
        guard (try? await clock.sleep(for: .milliseconds(20))) != nil else { return false }
    }
    return (try? await condition()) == true
}
