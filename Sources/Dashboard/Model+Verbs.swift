import Canvas
import Coordination
import Flashpoints

extension Model {
    /// The marked workers, else the selected one.
    private var targets: [Int] {
        marks.isEmpty ? [selected].filter { $0 > 0 } : marks.sorted()
    }

    // MARK: - Questions

    mutating func askToCancelWorkers() {
        let lanes = targets.compactMap { live.overview.lane($0) }
        let workers = lanes.filter(\.canBeCancelled).map(\.worker)
        if ask(.cancelWorkers(workers)) { return }
        let names = lanes.isEmpty ? "No worker is selected" : "\(Self.names(targets)): nothing left to cancel"
        tell(.warning, names)
    }

    mutating func askToCancelRun() {
        let overview = live.overview
        guard overview.phase == .running else {
            return tell(.warning, overview.phase == .ended ? "Too late: the run has ended" : "There is no run yet")
        }
        if !ask(.cancelRun) { tell(.warning, "The run is being cancelled already") }
    }

    mutating func askToStop() {
        // At the driver itself it is one of the ways to leave.
        if ask(setup.role == .attached ? .stop : .leave) { return }
        tell(.warning, live.overview.phase == .ended ? "Too late: the run has ended" : "There is no run yet")
    }

    // MARK: - Answers

    /// The safe answer.
    mutating func decline() -> [Action] {
        overlay = nil
        return []
    }

    /// An answer that must be typed.
    mutating func answer(_ key: Key) -> [Action] {
        guard case .dialog(let dialog) = overlay, case .character(let character) = key.code, key.modifiers.isEmpty,
            let choice = dialog.choices.first(where: { $0.key == character })
        else { return [] }
        overlay = nil
        switch (dialog.purpose, choice.key) {
        case (.cancelWorkers(let workers), "y"):
            marks = []
            return send(workers.map { .cancelWorker($0) })
        case (.cancelRun, "y"): return send([.cancelRun])
        case (.stop, "y"): return [.stop]
        case (.paused, "p"): return send([.proceed])
        case (.paused, "C"): askToCancelRun()
        case (.leave, "s"): return [.leave(.stop)]
        case (.leave, "b"): return [.leave(.background)]
        case (.write, "s"): askForPath(.screen)
        case (.write, "l"): askForPath(.log)
        case (.write, "r"): askForPath(.results)
        default: break
        }
        return []
    }

    // MARK: - Retry and pause

    mutating func retry() -> [Action] {
        let lanes = live.overview.lanes
        let targets = screen == .failures ? lanes.map(\.worker) : self.targets
        let again = targets.filter { live.overview.lane($0)?.canBeRetried ?? false }
        guard again.isEmpty else {
            marks = []
            return send(again.map { .retryWorker($0, indices: nil) })
        }
        let others = lanes.filter(\.canBeRetried).map(\.worker)
        guard !others.isEmpty else {
            tell(.hint, "No flashpoint has failed or was cancelled: there is nothing to retry")
            return []
        }
        // The end is no time to look for the worker that failed.
        if live.overview.phase == .ended, marks.isEmpty { return send(others.map { .retryWorker($0, indices: nil) }) }
        tell(
            .hint,
            "\(Self.names(targets)): nothing to retry; \(Self.names(others)) \(others.count == 1 ? "has" : "have") something"
        )
        return []
    }

    mutating func pause() -> [Action] {
        guard live.overview.phase == .running else {
            tell(.warning, live.overview.phase == .ended ? "Too late: the run has ended" : "There is no run yet")
            return []
        }
        return send([live.overview.isPaused ? .proceed : .pause])
    }

    private mutating func send(_ commands: [Command]) -> [Action] {
        receipts = Receipts()
        return [.send(commands)]
    }

    // MARK: - Receipts

    mutating func take(_ receipt: Receipt, to command: Command) {
        switch receipt {
        case .accepted: receipts.accepted.append(command)
        case .tooLate(let why): receipts.problems.append("too late: \(why)")
        case .unknown(let what): receipts.problems.append("unknown: \(what)")
        }
        let done = Self.sentence(receipts.accepted)
        let kind: Notice.Kind = receipts.problems.isEmpty ? .done : .warning
        tell(kind, ([done].compactMap(\.self) + receipts.problems).joined(separator: "; "))
    }

    mutating func stopped(_ receipt: Receipt) {
        switch receipt {
        case .accepted:
            let run = live.overview.header?.run ?? "RUN"
            tell(.done, "the driver stops; etl-dash resume \(run) goes on with the run")
        case .tooLate(let why): tell(.warning, "too late: \(why)")
        case .unknown(let what): tell(.warning, "unknown: \(what)")
        }
    }

    /// What commands that were accepted do.
    private static func sentence(_ commands: [Command]) -> String? {
        var (cancelled, retried): ([Int], [Int]) = ([], [])
        for command in commands {
            switch command {
            case .cancelWorker(let worker): cancelled.append(worker)
            case .retryWorker(let worker, _): retried.append(worker)
            case .retryRun: return "all that failed or was cancelled is tried again"
            case .cancelRun: return "the run is being cancelled"
            case .pause: return "paused: nothing new is submitted, jobs that run go on"
            case .proceed: return "the run goes on"
            }
        }
        if !cancelled.isEmpty { return "\(names(cancelled)) \(cancelled.count == 1 ? "is" : "are") being cancelled" }
        guard !retried.isEmpty else { return nil }
        return "\(names(retried)) \(retried.count == 1 ? "tries" : "try") again what failed or was cancelled"
    }

    /// Workers in words, such as `worker 2` or `workers 2, 3 and 5`.
    static func names(_ workers: [Int]) -> String {
        let workers = workers.sorted()
        guard let last = workers.last, workers.count > 1 else { return "worker \(workers.first ?? 0)" }
        if workers.count > 6 { return "\(workers.count) workers" }
        return "workers \(workers.dropLast().map(String.init).joined(separator: ", ")) and \(last)"
    }
}

/// The answers to the commands that were sent together.
struct Receipts: Sendable, Hashable {
    var accepted: [Command] = []
    var problems: [String] = []
}

extension LaneView {
    /// Whether a job of it is queued or runs, or may.
    var isOut: Bool {
        switch state {
        case .submitting, .unanswered, .queued, .running, .cancelling: true
        case .idle, .waiting, .retrying, .done, .cancelled: false
        }
    }

    var canBeCancelled: Bool { settled < share && state != .cancelling }

    /// Whether something of it failed or was cancelled, or is being cancelled.
    var canBeRetried: Bool { failed + cancelled > 0 || state == .cancelling }
}
