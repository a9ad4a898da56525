#if os(Linux)
import Coordination
import FoundationEssentials
import TestSupport
import Testing

@Suite("A quiet screen", .serialized, .timeLimit(.minutes(5)))
struct WakeUpTests {
    /// How often the threads of a process gave the processor away until now.
    ///
    /// Not counted is the thread on which libdispatch keeps timers and, in every process that has used its threads, looks
    /// at them once a second; what it does for somebody wakes a thread that is counted.
    private func switches(_ pid: Int32) throws -> [String: Int] {
        let folder = "/proc/\(pid)/task"
        let threads = try FileManager.default.contentsOfDirectory(atPath: folder)
        var counts: [String: Int] = [:]
        for thread in threads {
            let name = try? String(contentsOfFile: "\(folder)/\(thread)/comm", encoding: .utf8)
            if name?.hasPrefix("-qos.overcommit") == true { continue }
            guard let text = try? String(contentsOfFile: "\(folder)/\(thread)/status", encoding: .utf8) else {
                continue
            }
            let line = text.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
            counts[thread] = line.flatMap { $0.split(separator: "\t").last }.flatMap { Int($0) }
        }
        return counts
    }

    /// Wake-ups of a process in some seconds; a thread that ended meanwhile has none.
    private func wakeUps(_ pid: Int32, seconds: Int) async throws -> Int {
        let before = try switches(pid)
        try await Task.sleep(for: .seconds(seconds))
        return try switches(pid).reduce(0) { $0 + $1.value - (before[$1.key] ?? 0) }
    }

    /// The fewest wake-ups in several looks: libdispatch ends its idle threads some seconds after the last work.
    private func fewestWakeUps(_ pid: Int32, seconds: Int, enough: Int) async throws -> Int {
        var fewest = Int.max
        for _ in 0..<5 where fewest > enough { fewest = min(fewest, try await wakeUps(pid, seconds: seconds)) }
        return fewest
    }

    @Test("After the end of a replay nothing wakes up")
    func ended() async throws {
        try await Installation.with { etlDash in
            try await etlDash.onTerminal(["replay", Installation.sampleRecord, "--speed", "10000"]) { replay in
                try await replay.waitFor("12/12", "DONE")
                let pid = try #require(replay.pid)
                let count = try await fewestWakeUps(pid, seconds: 3, enough: 1)
                #expect(count <= 1, "\(count) wake-ups in 3 s")
            }
        }
    }

    /// Deadlines of requests that were answered fall due in vain for a while: a cancelled sleep keeps its timer.
    @Test("While the end of a run is looked at it has no workers and asks nobody anything; r begins again")
    func endOfRun() async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                let lines = site.lines(urls: [5: ["http://127.0.0.1:1/gone"]]).joined(separator: "\n")
                let arguments = [
                    "run", try etlDash.write("batch.jsonl", lines), "--date", "2025-01-01", "--retries", "0",
                ]
                try await etlDash.onTerminal(arguments) { run in
                    try await run.waitFor("12/12", "failed 1", "PARTLY FAILED")
                    let pid = try #require(run.pid)
                    #expect(await becomesTrue { ProcessTable.descendants(of: pid).isEmpty })
                    let count = try await fewestWakeUps(pid, seconds: 3, enough: 6)
                    #expect(count <= 12, "\(count) wake-ups in 3 s")
                    for attempt in 2...3 {
                        run.send("r")
                        try await run.waitFor("attempt \(attempt)", "12/12", "failed 1", "PARTLY FAILED")
                    }
                    run.send("q")
                    #expect(try await run.waitForEnd() == 1)
                    run.expectGivenBack()
                }
                #expect(try await etlDash.events().count { $0.name == "run.ended" } == 3)
            }
        }
    }

    /// A look and a tick of the clock each second; for each of them libdispatch wakes two threads in turn.
    @Test("A viewer of a quiet run wakes up twice a second")
    func quietViewer() async throws {
        try await NewsSite.with(free: [0]) { site in
            try await Installation.with { etlDash in
                let arguments = ["run", try etlDash.write("batch.json", site.batch), "--date", "2025-01-01"]
                try await etlDash.start(arguments) { run in
                    try await run.waitForLine { $0.isCompletedFlashpoint }
                    try await etlDash.onTerminal(["attach", "last"]) { viewer in
                        try await viewer.waitFor("1/12")
                        let pid = try #require(viewer.pid)
                        let count = try await fewestWakeUps(pid, seconds: 4, enough: 32)
                        #expect(count <= 40, "\(count) switches of threads in 4 s")
                    }
                }
            }
        }
    }
}
#endif
