import ArgumentParser
import Canvas
import Coordination
import Dashboard
import Flashpoints
import FoundationEssentials
import RunJournal
import RunPodServerless
import Settings

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// `etl-dash replay`.
struct ReplayCommand: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Watch a recorded run.",
        discussion: """
            Plays the events of a run that is kept, or of a file that run --events wrote, in the time they took; pauses \
            in which nobody drove the run are left out. q leaves.
            """
    )

    @Argument(
        help: ArgumentHelp("A run's id, the beginning of one, or last; or a file of events.", valueName: "run|file")
    )
    var name: String

    @Option(parsing: .unconditional, help: ArgumentHelp("How many times as fast, 0.1 to 10000.", valueName: "n"))
    var speed = "1"

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The second of the run at which to begin, or of the frame that --once prints (default: its end).",
            valueName: "seconds"
        )
    )
    var at: String?

    @OptionGroup var snapshot: SnapshotFlags
    @OptionGroup var screen: ScreenFlags
    @OptionGroup var settingsFile: SettingsFileFlag

    func perform() async throws -> CommandStatus {
        let size = try snapshot.frame()
        let settings = try settingsFile.load(screen.texts)
        if let size {
            await StreamWriter.standardOutput.write(try await frame(size, settings))
            return .succeeded
        }
        let (start, speed) = (try start, try factor)
        let (run, folder, endpoint) = try await find(settings)
        let viewer = Viewer(settings: settings, folder: folder, size: nil)
        let timeline = ReplayTimeline(clock: ContinuousClock(), speed: speed)
        return try await viewer.show(setup(endpoint, settings, speed), now: timeline.now) { failed in
            ReplayReports(
                run: run,
                timeline: timeline,
                clock: ContinuousClock(),
                level: LogLevel(settings.logLevel),
                start: start,
                failed: failed
            )
        }
    }

    /// The frame at the second that was typed, as text.
    func frame(_ size: Size, _ settings: Settings) async throws -> String {
        let (start, speed) = (try start, try factor)
        let (run, folder, endpoint) = try await find(settings)
        let viewer = Viewer(settings: settings, folder: folder, size: size)
        let record = RecordedState()
        let now: @Sendable () -> Int64 = { record.now(at: start) }
        return try await viewer.frame(setup(endpoint, settings, speed), size, now: now) {
            failed in
            RecordedReports(run: run, level: LogLevel(settings.logLevel), end: start, record: record, failed: failed)
        }
    }

    private func setup(_ endpoint: EndpointName, _ settings: Settings, _ speed: Double) -> Dashboard.Setup {
        Dashboard.Setup(.replay(speed: speed), endpoint, settings)
    }

    /// The second of the run at which to begin, or to stop for a frame.
    private var start: Double? {
        get throws(UsageProblem) {
            guard let at else { return nil }
            return try Self.number(at, in: 0...1e9, "--at", "the seconds of the run, such as 12.5")
        }
    }

    private var factor: Double {
        get throws(UsageProblem) { try Self.number(speed, in: 0.1...10_000, "--speed", "a number from 0.1 to 10000") }
    }

    /// The record of that name: a file where there is one, else a run.
    private func find(_ settings: Settings) async throws -> (RecordedRun, RunFolder?, EndpointName) {
        if name.contains("/") || name.hasSuffix(".jsonl") || access(name, F_OK) == 0 {
            return (.file(try InputFile(path: name)), nil, try await Self.endpoint(of: name))
        }
        let folder = try await RunStore(home: settings.home.path(percentEncoded: false)).resolve(name)
        let journal = try await SQLiteJournal.open(folder, for: .reading)
        return (.journal(journal), folder, try await EndpointName(of: journal))
    }

    /// Where the run of a file went, as its beginning says.
    private static func endpoint(of path: String) async throws -> EndpointName {
        var status = stat()
        // What a pipe gives can be read once only.
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return .unknown }
        var file = EventFile(try InputFile(path: path))
        return EndpointName(try await file.next())
    }

    private static func number(
        _ text: String,
        in range: ClosedRange<Double>,
        _ flag: String,
        _ expected: String
    ) throws(UsageProblem) -> Double {
        guard let number = Double(text), range.contains(number) else {
            throw UsageProblem("\(flag): \(text.debugDescription) will not do; give \(expected)")
        }
        return number
    }
}
