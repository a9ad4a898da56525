#if DEBUG
import FoundationEssentials
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What tests of death and rebirth ask of this program; a release build has none of it.
enum FaultHooks {
    /// Moments of this process so far, of whatever kind.
    private static let count = Mutex(0)

    /// Ends this process with SIGKILL at the moment whose number, from 1, `ETL_DASH_CRASH_AT` gives.
    ///
    /// Standard error tells where it died; with 0 it tells every moment, and nothing dies. Moments of planning, of
    /// salvaging and of driving are counted together.
    ///
    /// - Returns: `nil` when nothing is asked.
    static func moment<Moment>(_ environment: [String: String]) -> (@Sendable (Moment) -> Void)? {
        guard let last = environment["ETL_DASH_CRASH_AT"].flatMap({ Int($0) }) else { return nil }
        return { moment in
            let number = count.withLock { count in
                count += 1
                return count
            }
            guard last == 0 || number == last else { return }
            let words = Array("MOMENT \(number) \(moment)\n".utf8)
            _ = write(STDERR_FILENO, words, words.count)
            if number == last { kill(getpid(), SIGKILL) }
        }
    }

    /// The token that `ETL_DASH_ENDPOINT_TOKEN` gives to the endpoint, so that its next life has the same.
    static func endpointToken(_ environment: [String: String]) -> String? { environment["ETL_DASH_ENDPOINT_TOKEN"] }
}
#endif
