import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Wall time, processor time and memory of a piece of work.
struct Measurement {
    var wallSeconds: Double
    var cpuSeconds: Double
    /// The most memory the process has ever had resident, in megabytes.
    var peakMB: Double

    /// Measures `body`.
    static func of<Value>(_ body: () async throws -> Value) async rethrows -> (Value, Measurement) {
        let cpu = usage().cpu
        let clock = ContinuousClock()
        let start = clock.now
        let value = try await body()
        let wall = start.duration(to: clock.now) / .seconds(1)
        let after = usage()
        return (value, Measurement(wallSeconds: wall, cpuSeconds: after.cpu - cpu, peakMB: after.peakMB))
    }

    /// A line of a table: the name, the wall time, the processor time for each of `count`, the peak.
    func line(_ name: String, count: Int) -> String {
        let each = cpuSeconds / Double(max(count, 1)) * 1_000_000
        return "\(name): \(round(wallSeconds)) s, \(round(each)) µs of processor each, peak \(round(peakMB)) MB"
    }

    private func round(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    private static func usage() -> (cpu: Double, peakMB: Double) {
        var usage = rusage()
        #if canImport(Glibc)
        getrusage(RUSAGE_SELF.rawValue, &usage)
        #else
        getrusage(RUSAGE_SELF, &usage)
        #endif
        let cpu = [usage.ru_utime, usage.ru_stime].reduce(0.0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        return (cpu, ownPeakMB ?? Double(usage.ru_maxrss) / 1_024)
    }

    /// The peak of this program alone, where the system tells it: `ru_maxrss` has that of the program before it, too.
    private static var ownPeakMB: Double? {
        guard let data = try? Data(contentsOf: URL(filePath: "/proc/self/status")) else { return nil }
        let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(separator: " ").dropLast().last.flatMap { Double($0) }.map { $0 / 1_024 }
    }
}

/// A folder of its own, removed afterwards.
func withBenchFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = FileManager.default.temporaryDirectory.appending(path: "etl-bench-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}
