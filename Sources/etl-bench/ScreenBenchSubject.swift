import ArgumentParser
import Coordination
import Dashboard
import FoundationEssentials
import Terminal

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A process that has a dashboard on its terminal, so that it can be measured from outside.
struct ScreenBenchSubject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "screen-subject", shouldDisplay: false)

    /// Where it tells its times and counts; standard output is the terminal.
    static let reportDescriptor: Int32 = 3

    @Option var course: ScreenBenchFeed.Course
    @Option var workers: Int
    @Option var share: Int
    @Option var rate: Int
    @Option var lines: Int
    @Flag var debugLines = false

    func run() async throws {
        if course == .asleep { return try await Task.sleep(for: .seconds(86_400)) }
        let feed = ScreenBenchFeed(
            course: course,
            workers: workers,
            share: share,
            rate: rate,
            lines: lines,
            level: debugLines ? .debug : .info
        )
        let dashboard = Dashboard(Dashboard.Setup(role: .driver, endpoint: "8f3k2m1x"))
        let services = Services(
            send: { _ in .accepted },
            save: { _ in .failure(SaveProblem("nothing is written here")) }
        )
        tell("opening \(ScreenBenchFigures.monotonicNanoseconds)")
        let options = Terminal.Options(environment: ProcessInfo.processInfo.environment)
        let statistics = try await Terminal.with(options) { terminal in
            _ = await dashboard.run(
                on: terminal,
                reports: feed,
                services: services,
                clock: ContinuousClock(),
                now: { wallTime() }
            )
            return terminal.statistics
        }
        tell("painted \(statistics.frames) \(statistics.writes) \(statistics.bytes)")
    }

    private func tell(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = write(Self.reportDescriptor, bytes, bytes.count)
    }
}
