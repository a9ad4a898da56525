import Canvas
import Coordination
import FoundationEssentials
import HTTPTransport
import RunEngine
import RunJournal
import RunPodAPI
import RunPodServerless
import Settings
import Terminal

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Every setting with its value and where it stands, secrets by their last four characters.
struct SettingsCheck {
    let settings: Settings

    var findings: [Finding] {
        // What children are given is every value as text but the two that are kept from them.
        let texts = settings.childEnvironment(from: [:])
        let lines = Settings.Key.allCases.map { key -> String in
            let value =
                switch key {
                case .runpodAPIKey: settings.runpodAPIKey.map { "\($0)" }
                case .runpodEndpoint: settings.runpodEndpoint?.absoluteString
                default: texts[key.rawValue]
                }
            return "\(key.rawValue.inColumn(of: 26))\((value ?? "-").inColumn(of: 24))\(settings.provenance(of: key))"
        }
        return [Finding(.fine, "settings", lines.joined(separator: "\n"))]
            + settings.warnings.map { Finding(.doubtful, "settings", $0.description) }
    }
}

/// Whether jobs can go where the settings send them.
struct EndpointCheck {
    let mode: RunMode
    let settings: Settings
    /// Measures how long an answer may take.
    var clock: any Clock<Duration> = SuspendingClock()

    func findings() async -> [Finding] {
        switch mode {
        case .inProcess:
            return [Finding(.fine, "endpoint", "none: RUNPOD_WORKERS=1 runs the pipeline in this process")] + unused
        case .onThisMachine(let workers):
            guard let path = WorkerProgram.path() else {
                return [Finding(.wrong, "workers", "the path of etl-dash can't be found; mount /proc")]
            }
            return [
                Finding(.fine, "endpoint", "none: RUNPOD_ENDPOINT is not set, workers run on this machine"),
                Finding(.fine, "workers", "\(workers) processes of \(path) worker"),
            ]
        case .endpoint(let address, let credential):
            var findings = [await health(address, credential)]
            if let notice = address.notice { findings.insert(Finding(.doubtful, "endpoint", notice), at: 0) }
            return findings
        }
    }

    /// Says so when an endpoint is set that one worker does not use.
    private var unused: [Finding] {
        guard settings.runpodEndpoint != nil else { return [] }
        return [
            Finding(.doubtful, "endpoint", "RUNPOD_ENDPOINT is set and not used; set RUNPOD_WORKERS above 1 to use it")
        ]
    }

    private func health(_ address: EndpointAddress, _ credential: Credential) async -> Finding {
        do {
            let health = try await HTTPTransport.withTransport(.control, clock: clock) { control in
                try await RunPodClient(
                    address: address,
                    credential: credential,
                    control: control,
                    polls: control,
                    pacing: RateLimiter(clock: ContinuousClock())
                ).health()
            }
            let (workers, jobs) = (health.workers, health.jobs)
            let counts = """
                \(address) takes the key \(credential): \(workers.running) workers running, \(workers.idle) idle, \
                \(workers.initializing) starting, \(workers.throttled) throttled, \(workers.unhealthy) unhealthy; \
                \(jobs.inQueue) jobs waiting, \(jobs.inProgress) running
                """
            let findings = Diagnosis.findings(at: HealthCounters(health))
            let advice = findings.map(\.text) + Self.words(workers, besides: findings)
            let isFine = findings.isEmpty && workers.unhealthy + workers.throttled == 0
            return Finding(isFine ? .fine : .doubtful, "endpoint", ([counts] + advice).joined(separator: "\n"))
        } catch let failure as RunPodFailure {
            let advice: String
            switch failure {
            // Says itself what to do, in the words that a run has for it.
            case .refusedByEndpoint: return Finding(.wrong, "endpoint", "\(failure)")
            case .unreachable: advice = "look at the network, a proxy or a firewall; nothing was submitted"
            case .rateLimited, .serverTrouble, .malformedReply: advice = "try again later; nothing was submitted"
            case .notFound, .badRequest: advice = "look at RUNPOD_ENDPOINT"
            }
            return Finding(.wrong, "endpoint", "\(failure)\n\(advice)")
        } catch {
            return Finding(.wrong, "endpoint", "\(address): \(error)")
        }
    }
}

extension EndpointCheck {
    /// What workers tell while no job waits for them.
    private static func words(_ workers: EndpointHealth.Workers, besides findings: [Diagnosis]) -> [String] {
        let kinds = Set(findings.map(\.kind))
        var words: [String] = []
        if workers.unhealthy > 0, !kinds.contains(.crashLoop) {
            words.append("unhealthy workers fail at their start: their logs in the RunPod console tell why")
        }
        if workers.throttled > 0, !kinds.contains(.throttled) {
            words.append("throttled workers wait for machines: more GPU types or regions mend that")
        }
        let all = [workers.idle, workers.ready, workers.initializing, workers.running, workers.throttled]
        if findings.isEmpty, workers.unhealthy == 0, all.allSatisfy({ $0 == 0 }) {
            words.append("no worker is up, as is usual while nothing waits: the first job has a cold start before it")
        }
        return words
    }
}

/// What the standard streams are connected to, and whether a screen can be shown there.
struct TerminalCheck {
    let environment: [String: String]

    var findings: [Finding] {
        let streams = [("input", STDIN_FILENO), ("output", STDOUT_FILENO), ("error", STDERR_FILENO)]
        let words = streams.map { name, descriptor in
            "\(name) \(isatty(descriptor) == 1 ? "a terminal" : "no terminal")"
        }
        let type = environment["TERM"] ?? ""
        let what = "\(words.joined(separator: ", ")); TERM=\(type.isEmpty ? "(not set)" : type)"
        do throws(TerminalProblem) {
            return [Finding(.fine, "terminal", "\(what)\n\(Self.words(try Terminal.check(environment: environment)))")]
        } catch {
            // Whoever has the doctor write into a file has a terminal elsewhere.
            let grade: Finding.Grade = error.reason == .notATerminal ? .fine : .doubtful
            return [Finding(grade, "terminal", "\(what)\nlog lines instead of the screen: \(error)")]
        }
    }

    private static func words(_ abilities: Terminal.Abilities) -> String {
        let size = "\(abilities.size.width)x\(abilities.size.height)"
        let depth = abilities.profile.depth
        let colours = depth == .mono ? "no colours" : "\(depth.rawValue) colours"
        let glyphs = abilities.profile.glyphs == .unicode ? "UTF-8" : "ASCII only"
        return "the screen is shown at \(size) with \(colours), \(glyphs)"
    }
}

/// Whether runs can be kept.
struct DiskCheck {
    /// `ETL_DASH_HOME`.
    let home: String

    /// Free space below which a run of some size can't be kept, and below which nothing can, in MB.
    private static let (scarce, none): (UInt64, UInt64) = (1_000, 50)

    var findings: [Finding] {
        // What is not there yet is made below the nearest folder that is.
        var folder = home
        while access(folder, F_OK) != 0, let slash = folder.lastIndex(of: "/"), folder != "/" {
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            let why = String(cString: strerror(errno))
            return [
                Finding(
                    .wrong,
                    "disk",
                    "\(folder) can't be written (\(why)); make it writable or set ETL_DASH_HOME to a folder that is"
                )
            ]
        }
        let place = folder == home ? "\(home) can be written" : "\(home) will be made"
        var space = statvfs()
        guard statvfs(folder, &space) == 0 else {
            return [Finding(.doubtful, "disk", "\(place); its free space is unknown")]
        }
        let free = UInt64(space.f_bavail) * UInt64(space.f_frsize) / 1_000_000
        let words = "\(place), \(free) MB free"
        if free < Self.none {
            return [
                Finding(
                    .wrong,
                    "disk",
                    "\(words): too little for a run; free some or set ETL_DASH_HOME to another disk"
                )
            ]
        }
        return [Finding(free < Self.scarce ? .doubtful : .fine, "disk", words)]
    }
}

/// Runs that were left before their end.
struct RunsCheck {
    /// `ETL_DASH_HOME`.
    let home: String

    /// The newest runs that are looked at.
    private static let most = 20

    func findings() async -> [Finding] {
        let stored: [RunStore.StoredRun]
        do {
            stored = try await RunStore(home: home).runs()
        } catch {
            return [Finding(.wrong, "runs", "\(error)")]
        }
        var findings: [Finding] = []
        for run in stored.prefix(Self.most) {
            if let finding = await look(at: run) { findings.append(finding) }
        }
        let words = stored.isEmpty ? "none yet" : "\(stored.count) in \(home)/runs"
        return [Finding(.fine, "runs", words)] + findings
    }

    private func look(at run: RunStore.StoredRun) async -> Finding? {
        if case .failure(let error) = run.plan { return Finding(.doubtful, "runs", error.description) }
        if let holder = try? RunLock.holder(path: run.folder.lockPath) {
            return Finding(
                .fine,
                "runs",
                "\(run.folder.run) is being driven by process \(holder.pid.map { "\($0)" } ?? "?")"
            )
        }
        do {
            let journal = try await SQLiteJournal.open(run.folder, for: .reading)
            let state = try await journal.loadState().state
            try journal.close()
            guard state.phase != .ended else { return nil }
            let settled = "\(state.counts.settled) of \(state.total) flashpoints settled"
            return Finding(
                .doubtful,
                "runs",
                "\(run.folder.run) was left before its end, \(settled); go on with: etl-dash resume \(run.folder.run)"
            )
        } catch {
            return Finding(.doubtful, "runs", "\(error)")
        }
    }
}
