import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What this process uses of the machine.
struct ProcessVitals: Sendable, Hashable {
    /// Resident memory in megabytes.
    var residentMB: Int
    /// Processor time used so far, in seconds.
    var cpuSeconds: Double

    /// Reads them now; the peak of resident memory where the present one can't be had.
    static func now() -> ProcessVitals {
        var usage = rusage()
        #if canImport(Glibc)
        // An enumeration there, whose function wants its number.
        getrusage(RUSAGE_SELF.rawValue, &usage)
        #else
        getrusage(RUSAGE_SELF, &usage)
        #endif
        let cpu = [usage.ru_utime, usage.ru_stime].reduce(0.0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        return ProcessVitals(residentMB: residentPages() ?? Int(usage.ru_maxrss) / 1024, cpuSeconds: cpu)
    }

    /// Linux tells the present size in pages as the second number of this file.
    private static func residentPages() -> Int? {
        guard let data = FileManager.default.contents(atPath: "/proc/self/statm"),
            let pages = String(decoding: data, as: UTF8.self).split(separator: " ").dropFirst().first.flatMap({
                Int($0)
            })
        else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
    }
}
