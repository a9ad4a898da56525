import Canvas
import Coordination
import Flashpoints

extension Model {
    /// The marked workers, else the selected one.
    private var targets: [Int] {
        marks.isEmpty ? [selected].filter { $0 > 0 } : marks.sorted()
    }

    // MARK: - Cancel

    mutating func askToCancelWorkers() {
        let lanes = targets.compactMap { live.overview.lane($0) }
        let open = lanes.filter(\.canBeCancelled)
        guard !open.isEmpty else {
            let names =
                lanes.isEmpty ? "No worker is selected" : "\(Self.names(lanes.map(\.worker))): nothing left to cancel"
            return tell(.warning, names)
        }
        let left = open.reduce(0) { $0 + $1.share - $1.settled }
        let finished = open.reduce(0) { $0 + $1.settled }
        let states = open.prefix(8).map { lane in
            "w\(lane.worker) \(Condition(lane, health: live.overview.health).word) \(lane.settled)/\(lane.share)"
        }
        var lines = [states.joined(separator: "   ") + (open.count > 8 ? "   …" : "")]
        lines.append(
            "\(Figures.count(finished, "finished flashpoint")) \(Self.stays(finished)). \(Figures.grouped(left)) will not be processed."
        )
        lines += billing(jobs: open.count { $0.isOut })
        lines.append("r tries them again later.")
        let what = open.count == 1 ? "worker \(open[0].worker)" : "\(open.count) workers"
        overlay = .dialog(
            Dialog(
                purpose: .cancelWorkers(open.map(\.worker)),
                title: "Cancel \(what)?",
                lines: lines,
                choices: [
                    Dialog.Choice(key: "n", label: "Keep running", isSafe: true),
                    Dialog.Choice(key: "y", label: "Cancel \(what)"),
                ],
                openedAt: uptime
            )
        )
    }

    mutating func askToCancelRun() {
        let overview = live.overview
        guard overview.phase == .running else {
            return tell(.warning, overview.phase == .ended ? "Too late: the run has ended" : "There is no run yet")
        }
        guard overview.cancelCause == nil else { return tell(.warning, "The run is being cancelled already") }
        let settled = overview.counts.settled
        let jobs = overview.lanes.count { $0.isOut }
        var lines = [
            "\(Figures.count(settled, "finished flashpoint")) \(Self.stays(settled)). "
                + "\(Figures.grouped(overview.total - settled)) will not be processed."
        ]
        if jobs > 0 { lines.append("\(Figures.count(jobs, "job")) \(jobs == 1 ? "is" : "are") cancelled.") }
        lines += billing(jobs: jobs)
        overlay = .dialog(
            Dialog(
                purpose: .cancelRun,
                title: "Cancel the run?",
                lines: lines,
                choices: [
                    Dialog.Choice(key: "n", label: "Keep running", isSafe: true),
                    Dialog.Choice(key: "y", label: "Cancel the run"),
                ],
                openedAt: uptime
            )
        )
    }

    private func billing(jobs: Int) -> [String] {
        guard setup.isBilled, jobs > 0 else { return [] }
        return ["RunPod stops billing a running job only when its worker sees the stop."]
    }

    private static func stays(_ count: Int) -> String { count == 1 ? "stays" : "stay" }

    // MARK: - Leave

    mutating func askToLeave() {
        let overview = live.overview
        let jobs = overview.lanes.count { $0.isOut }
        let run = overview.header?.run ?? "RUN"
        let left = overview.total - overview.counts.settled
        let stop =
            setup.isBilled
            ? "jobs on RunPod go on and bill; etl-dash resume \(run) takes their results"
            : "its workers end; etl-dash resume \(run) does their unfinished flashpoints again"
        overlay = .dialog(
            Dialog(
                purpose: .leave,
                title: "Leave a live run?",
                lines: [
                    "\(Figures.grouped(left)) of \(Figures.count(overview.total, "flashpoint")) are open, "
                        + "\(Figures.count(jobs, "job")) \(jobs == 1 ? "is" : "are") out."
                ],
                choices: [
                    Dialog.Choice(key: "n", label: "Stay", isSafe: true),
                    Dialog.Choice(key: "s", label: "Stop here", meaning: stop),
                    Dialog.Choice(
                        key: "b",
                        label: "Go on in the background",
                        meaning: "without a screen; etl-dash attach \(run) watches it"
                    ),
                ],
                openedAt: uptime
            )
        )
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
        case (.leave, "s"): return [.leave(isLive ? .stop : .quit)]
        case (.leave, "b"): return [.leave(isLive ? .background : .quit)]
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

    /// What commands that were accepted do.
    private static func sentence(_ commands: [Command]) -> String? {
        var (cancelled, retried): ([Int], [Int]) = ([], [])
        for command in commands {
            switch command {
            case .cancelWorker(let worker): cancelled.append(worker)
            case .retryWorker(let worker, _): retried.append(worker)
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
    private static func names(_ workers: [Int]) -> String {
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
