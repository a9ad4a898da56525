import ArgumentParser
import Flashpoints
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Runs the dashboard in a pseudo-terminal, in a process of its own, over a made-up run.
struct ScreenBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "screen",
        abstract: "Measure the dashboard: first paint, keys, processor, memory, wake-ups."
    )

    @Option(help: "Columns of the terminal.")
    var columns = 120

    @Option(help: "Rows of the terminal.")
    var rows = 36

    @Option(help: "Workers of the busy run.")
    var workers = 64

    @Option(help: "Events a second of the busy run.")
    var rate = 1_000

    @Option(help: "Seconds that processor time and wake-ups are measured over.")
    var seconds = 10.0

    @Option(help: "Starts that first paint is measured over.")
    var starts = 20

    @Option(help: "Keys that are pressed for each figure.")
    var keys = 100

    @Option(help: "Workers of the run that memory is measured with.")
    var manyWorkers = 256

    @Option(help: "Lines of the log that memory is measured with.")
    var lines = 100_000

    @Flag(help: "Log every stage of every flashpoint, as LOG_LEVEL=DEBUG does: about a line an event.")
    var debugLines = false

    @Option(help: "The etl-dash to start; that beside this program if not given.")
    var program: String?

    func run() async throws {
        try firstPaint()
        try await realFirstPaint()
        try keysToOutput(.quiet, "idle")
        try keysToOutput(.busy, "at \(rate) events/s")
        try busy()
        try memory()
        try wakeUps(.asleep, "a program that only sleeps")
        try wakeUps(.ended, "the run ended")
        try wakeUps(.quiet, "a run live and quiet")
    }

    // MARK: - Figures

    private func firstPaint() throws {
        var (fromOpening, fromStart): ([Double], [Double]) = ([], [])
        for _ in 0..<starts {
            var terminal = try open(.quiet, workers: 4)
            let paintedAt = try waitForFirstPaint(&terminal)
            fromStart.append(milliseconds(paintedAt - terminal.startedAt))
            leave(&terminal)
            if let opening = terminal.report("opening").first {
                fromOpening.append(milliseconds(paintedAt - Int64(opening)))
            }
        }
        print("first paint, from Terminal.with: \(medianAndTail(fromOpening, 0.95, "ms"))")
        print("first paint, from the start of this program: \(medianAndTail(fromStart, 0.95, "ms"))")
    }

    private func realFirstPaint() async throws {
        let beside = try URL(filePath: ownPath).deletingLastPathComponent().appending(path: "etl-dash").path
        let program = program ?? beside
        guard FileManager.default.isExecutableFile(atPath: program) else {
            print("first paint, from the start of etl-dash: no etl-dash beside this program; give --program")
            return
        }
        let times = try await withBenchFolder { folder in
            let file = folder + "/events.jsonl"
            let events = try ScreenBenchFeed.endedRun(workers: 8, flashpoints: 96)
            let text = try events.map { String(decoding: try JSONCoding.encode($0), as: UTF8.self) + "\n" }.joined()
            try Data(text.utf8).write(to: URL(filePath: file))
            return try (0..<starts).map { _ in
                var variables = environment
                variables["ETL_DASH_HOME"] = folder
                var terminal = try ScreenBenchTerminal(
                    [program, "replay", file],
                    columns: columns,
                    rows: rows,
                    environment: variables
                )
                let paintedAt = try waitForFirstPaint(&terminal)
                let time = milliseconds(paintedAt - terminal.startedAt)
                leave(&terminal)
                return time
            }
        }
        print("first paint, from the start of etl-dash replay: \(medianAndTail(times, 0.95, "ms"))")
    }

    private func keysToOutput(_ course: ScreenBenchFeed.Course, _ name: String) throws {
        var terminal = try open(course, workers: workers)
        _ = try waitForFirstPaint(&terminal)
        terminal.pass(seconds: 1)
        var times: [Double] = []
        for number in 0..<keys {
            terminal.forget()
            let pressedAt = ScreenBenchFigures.monotonicNanoseconds
            terminal.send("?")
            times.append(milliseconds(try terminal.waitFor(Self.helpText) - pressedAt))
            terminal.send("\u{1b}")
            // Longer than Esc waits for more, and never in step with the frames.
            terminal.pass(seconds: 0.1 + Double(number * 37 % 101) / 1_000)
        }
        print("key to output, \(name): \(medianAndTail(times, 0.99, "ms"))")
        leave(&terminal)
    }

    private func busy() throws {
        var terminal = try open(.busy, workers: workers)
        _ = try waitForFirstPaint(&terminal)
        terminal.pass(seconds: 1)
        terminal.forget()
        let (cpu, start) = (ScreenBenchFigures.cpuNanoseconds(terminal.pid), ScreenBenchFigures.monotonicNanoseconds)
        terminal.pass(seconds: seconds)
        let wall = ScreenBenchFigures.monotonicNanoseconds - start
        if let cpu, let after = ScreenBenchFigures.cpuNanoseconds(terminal.pid) {
            let share = Double(after - cpu) / Double(wall) * 100
            print("processor, \(rate) events/s, \(workers) workers: \(round(share)) % of a core")
        }
        let frames = terminal.frames.map { Double($0) }
        print("frames a second: \(round(Double(frames.count) / Double(wall) * 1e9))")
        print("bytes a frame: \(medianAndTail(frames, 0.99, "B"))")
        leave(&terminal)
        let painted = terminal.report("painted")
        if painted.count == 3, painted[0] > 0 {
            let (frames, writes, bytes) = (Int(painted[0]), Int(painted[1]), Int(painted[2]))
            print("writes: \(writes), opening and closing included, for \(frames) frames, \(bytes) B")
        }
    }

    private func memory() throws {
        var terminal = try open(.quiet, workers: 4)
        _ = try waitForFirstPaint(&terminal)
        terminal.pass(seconds: 1)
        print("resident at the start: \(megabytes(terminal.pid))")
        leave(&terminal)
        var full = try open(.full, workers: manyWorkers)
        _ = try waitForFirstPaint(&full)
        full.pass(seconds: 5)
        print("resident with \(manyWorkers) workers and \(lines) lines of log: \(megabytes(full.pid))")
        leave(&full)
    }

    private func wakeUps(_ course: ScreenBenchFeed.Course, _ name: String) throws {
        var terminal = try open(course, workers: 8)
        if course != .asleep { _ = try waitForFirstPaint(&terminal) }
        terminal.pass(seconds: 3)
        let cpu = ScreenBenchFigures.cpuNanoseconds(terminal.pid)
        let before = ScreenBenchFigures.contextSwitches(terminal.pid)
        terminal.pass(seconds: seconds)
        let after = ScreenBenchFigures.contextSwitches(terminal.pid)
        if let cpu, let cpuAfter = ScreenBenchFigures.cpuNanoseconds(terminal.pid) {
            let switches = ScreenBenchFigures.Switches.since(before, until: after)
            let (voluntary, forced) = (Double(switches.voluntary) / seconds, Double(switches.forced) / seconds)
            let share = Double(cpuAfter - cpu) / seconds / 1e9 * 100
            print(
                "wake-ups, \(name): \(round(voluntary + forced)) a second (\(round(voluntary)) of them by itself), "
                    + "\(round(share)) % of a core"
            )
        }
        leave(&terminal)
    }

    // MARK: - The program under measurement

    /// - Returns: When it was there.
    private func waitForFirstPaint(_ terminal: inout ScreenBenchTerminal) throws -> Int64 {
        // Words of a program that doesn't come to paint must not pass for it.
        _ = try terminal.waitFor(Self.alternateScreen)
        return try terminal.waitFor(Self.firstText)
    }

    private static let alternateScreen = "\u{1b}[?1049h"
    /// On every screen that is not tiny.
    private static let firstText = "etl-dash"
    /// In the title of the help.
    private static let helpText = "Esc back"

    private var ownPath: String {
        get throws { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") }
    }

    private var environment: [String: String] {
        var variables = ["TERM": "xterm-256color", "LANG": "C.UTF-8"]
        for name in ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"] {
            variables[name] = ProcessInfo.processInfo.environment[name]
        }
        return variables
    }

    private func open(_ course: ScreenBenchFeed.Course, workers: Int) throws -> ScreenBenchTerminal {
        let events = Double(rate) * (seconds + Double(keys)) / 5
        var arguments = [try ownPath, "screen-subject", "--course", course.rawValue, "--workers", "\(workers)"]
        arguments += ["--share", "\(Int(events) / workers + 20)", "--rate", "\(rate)", "--lines", "\(lines)"]
        if debugLines { arguments.append("--debug-lines") }
        return try ScreenBenchTerminal(arguments, columns: columns, rows: rows, environment: environment)
    }

    /// Leaves as an operator does: stops a run that is live.
    private func leave(_ terminal: inout ScreenBenchTerminal) {
        terminal.send("q")
        terminal.waitForEnd(within: 0.5)
        terminal.send("s")
        terminal.waitForEnd(within: 5)
    }

    // MARK: - Numbers for people

    private func milliseconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e6 }

    private func megabytes(_ pid: pid_t) -> String {
        ScreenBenchFigures.residentMB(pid).map { "\(round($0.all)) MB, \(round($0.own)) of them not from files" } ?? "-"
    }

    private func medianAndTail(_ values: [Double], _ share: Double, _ unit: String) -> String {
        guard let median = ScreenBenchFigures.percentile(0.5, of: values),
            let tail = ScreenBenchFigures.percentile(share, of: values)
        else { return "-" }
        return "median \(round(median)) \(unit), p\(Int(share * 100)) \(round(tail)) \(unit), of \(values.count)"
    }

    private func round(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
