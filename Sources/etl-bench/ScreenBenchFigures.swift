import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the kernel says of a process; Linux only.
enum ScreenBenchFigures {
    /// A clock that all processes share.
    static var monotonicNanoseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Processor time of all threads, those that have ended included.
    static func cpuNanoseconds(_ pid: pid_t) -> Int64? {
        #if os(Linux)
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        #else
        return nil
        #endif
    }

    /// Memory that is in use now, in megabytes: all of it, and what is not read from files.
    static func residentMB(_ pid: pid_t) -> (all: Double, own: Double)? {
        let status = "/proc/\(pid)/status"
        guard let all = field("VmRSS", status), let own = field("RssAnon", status) else { return nil }
        return (Double(all) / 1_024, Double(own) / 1_024)
    }

    /// How often each thread gave its processor back by itself, and how often it was taken away.
    static func contextSwitches(_ pid: pid_t) -> [String: Switches] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return Dictionary(
            uniqueKeysWithValues: threads.map { thread in
                let status = "/proc/\(pid)/task/\(thread)/status"
                let voluntary = field("voluntary_ctxt_switches", status) ?? 0
                return (
                    thread, Switches(voluntary: voluntary, forced: field("nonvoluntary_ctxt_switches", status) ?? 0)
                )
            }
        )
    }

    /// Ends of a thread's turn on a processor: a thread that was woken sooner or later goes to sleep again.
    struct Switches {
        var voluntary = 0
        var forced = 0

        /// What came since; of threads that have ended in between nobody knows.
        static func since(_ before: [String: Switches], until after: [String: Switches]) -> Switches {
            after.reduce(into: Switches()) { sum, thread in
                let earlier = before[thread.key] ?? Switches()
                sum.voluntary += thread.value.voluntary - earlier.voluntary
                sum.forced += thread.value.forced - earlier.forced
            }
        }
    }

    private static func field(_ name: String, _ path: String) -> Int? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix(name + ":") {
            return Int(line.dropFirst(name.count + 1).filter { $0.isNumber })
        }
        return nil
    }

    /// The value that so large a share of the values doesn't exceed.
    static func percentile(_ share: Double, of values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let rank = Int((Double(sorted.count) * share).rounded(.up))
        return sorted[max(0, min(sorted.count, rank) - 1)]
    }
}
