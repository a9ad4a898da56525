import Canvas
import Coordination
import Dashboard
import FoundationEssentials
import RunJournal
import RunPodAPI
import RunPodServerless
import Settings
import Terminal

/// A screen as the settings want it, on the terminal of this process.
struct ScreenSetup: Sendable {
    /// How a run is shown.
    enum Choice: Sendable {
        case screen(ScreenSetup)
        /// As log lines.
        ///
        /// - Parameter why: Why there is no screen, where that may surprise.
        case lines(why: String?)
    }

    private let options: Terminal.Options

    /// - Throws: `TerminalProblem` when this process has no terminal for a screen.
    init(
        _ settings: Settings,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(TerminalProblem) {
        try Terminal.check(environment: environment)
        var options = Terminal.Options(environment: environment)
        options.isASCII = settings.ascii
        options.colours =
            switch settings.color {
            case .auto: .automatic
            case .always: .always
            case .never: .never
            }
        options.background =
            switch settings.theme {
            case .auto: nil
            case .dark: .dark
            case .light: .light
            }
        self.options = options
    }

    /// What a run is shown as.
    ///
    /// - Parameter isWanted: Whether neither the command nor its flags rule a screen out.
    static func choose(
        _ settings: Settings,
        isWanted: Bool,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Choice {
        guard isWanted else { return .lines(why: nil) }
        do throws(TerminalProblem) {
            return .screen(try ScreenSetup(settings, environment: environment))
        } catch {
            // Pipes and terminals that say themselves that they can do nothing surprise nobody.
            return .lines(why: error.reason == .notATerminal || error.reason == .dumb ? nil : error.description)
        }
    }

    /// Shows the dashboard until the operator leaves it or `closing` is given.
    ///
    /// - Returns: How the operator left; `nil` when it was closed.
    /// - Throws: `TerminalProblem` when the terminal can't be had. It is restored in any case.
    func show(
        _ dashboard: Dashboard,
        _ reports: some AsyncSequence<ScreenReport, Never> & Sendable,
        _ services: Services,
        until closing: Latch,
        now: @escaping @Sendable () -> Int64
    ) async throws -> Dashboard.Departure? {
        try await Terminal.with(options) { terminal in
            await withTaskGroup(of: Dashboard.Departure?.self) { group in
                group.addTask {
                    await dashboard.run(
                        on: terminal,
                        reports: reports,
                        services: services,
                        clock: ContinuousClock(),
                        now: now
                    )
                }
                group.addTask {
                    await closing.wait()
                    return nil
                }
                defer { group.cancelAll() }
                return await group.next() ?? nil
            }
        }
    }
}

extension Dashboard.Setup {
    /// What a dashboard shows of the settings, whoever drives the run.
    init(_ role: Dashboard.Role, _ endpoint: EndpointName, _ settings: Settings) {
        self.init(role: role, endpoint: endpoint.words)
        isReadOnly = settings.readOnly
        isBilled = endpoint.isBilled
        pricePerSecond = settings.runpodPrice
        // A recording has no folder.
        if case .replay = role { return }
        runsPath = RunStore(home: settings.home.path(percentEncoded: false)).runsPath
    }
}

/// Where a run's jobs go, for people.
enum EndpointName: Sendable, Hashable {
    case thisProcess
    case thisMachine
    /// An endpoint elsewhere, by its id.
    case endpoint(String)
    /// Nobody has said yet.
    case unknown

    init(_ mode: RunMode) {
        self =
            switch mode {
            case .inProcess: .thisProcess
            case .onThisMachine: .thisMachine
            case .endpoint(let address, _): .endpoint(address.id)
            }
    }

    /// The endpoint as an event of an attempt names it.
    init(_ text: String) {
        if text.hasPrefix("in-process#") {
            self = .thisProcess
        } else if text.contains("#") {
            // An endpoint that lives as long as a process says so behind this mark.
            self = .thisMachine
        } else {
            self = .endpoint(text.split(separator: "/").last.map { String($0) } ?? text)
        }
    }

    /// Where the latest of the attempts went.
    init(_ events: [Event]) {
        let name = events.last { if case .attemptIntended = $0.body { true } else { false } }
        self = if case .attemptIntended(_, _, _, let endpoint)? = name?.body { Self(endpoint) } else { .unknown }
    }

    var words: String {
        switch self {
        case .thisProcess: "this process"
        case .thisMachine: "this machine"
        case .endpoint(let id): id
        case .unknown: "-"
        }
    }

    /// Whether somebody asks money for the workers' time.
    var isBilled: Bool {
        if case .endpoint = self { true } else { false }
    }
}
