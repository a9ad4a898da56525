import Canvas
import Coordination

extension Model {
    /// Opens a question, unless there is nothing to ask any more.
    @discardableResult
    mutating func ask(_ purpose: Dialog.Purpose) -> Bool {
        guard let dialog = dialog(purpose, openedAt: uptime) else { return false }
        overlay = .dialog(dialog)
        return true
    }

    /// Brings the open question's counts up to date, or takes it away when there is nothing to ask any more.
    mutating func renewQuestion() {
        guard case .dialog(let dialog) = overlay else { return }
        guard let renewed = self.dialog(dialog.purpose, openedAt: dialog.openedAt) else {
            overlay = nil
            let isOver = live.overview.phase == .ended
            let what = dialog.purpose == .paused ? "The run goes on" : "There is nothing left to cancel"
            return tell(.hint, isOver ? "The run has ended meanwhile" : what)
        }
        overlay = .dialog(renewed)
    }

    /// The question as things are now; `nil` when it is pointless.
    private func dialog(_ purpose: Dialog.Purpose, openedAt: Int64) -> Dialog? {
        switch purpose {
        case .cancelWorkers(let workers): cancelWorkers(workers, openedAt)
        case .cancelRun: cancelRun(openedAt)
        case .leave: leave(openedAt)
        case .stop: stop(openedAt)
        case .paused: paused(openedAt)
        case .write: write(openedAt)
        }
    }

    // MARK: - Cancel

    private func cancelWorkers(_ workers: [Int], _ openedAt: Int64) -> Dialog? {
        let open = workers.compactMap { live.overview.lane($0) }.filter(\.canBeCancelled)
        guard !open.isEmpty else { return nil }
        let states = open.prefix(8).map { lane in
            "w\(lane.worker) \(Condition(lane, health: live.overview.health).word) \(lane.settled)/\(lane.share)"
        }
        var lines = [states.joined(separator: "   ") + (open.count > 8 ? "   …" : "")]
        lines.append(
            Self.consequence(
                finished: open.reduce(0) { $0 + $1.settled },
                left: open.reduce(0) { $0 + $1.share - $1.settled }
            )
        )
        lines += billing(jobs: open.count { $0.isOut })
        lines.append("r tries them again later.")
        let what = open.count == 1 ? "worker \(open[0].worker)" : "\(open.count) workers"
        return Dialog(
            purpose: .cancelWorkers(workers),
            title: "Cancel \(what)?",
            lines: lines,
            choices: [
                Dialog.Choice(key: "n", label: "Keep running", isSafe: true),
                Dialog.Choice(key: "y", label: "Cancel \(what)"),
            ],
            openedAt: openedAt
        )
    }

    private func cancelRun(_ openedAt: Int64) -> Dialog? {
        let overview = live.overview
        guard overview.phase == .running, overview.cancelCause == nil else { return nil }
        let settled = overview.counts.settled
        let jobs = overview.lanes.count { $0.isOut }
        var lines = [Self.consequence(finished: settled, left: overview.total - settled)]
        if jobs > 0 { lines.append("\(Figures.count(jobs, "job")) \(jobs == 1 ? "is" : "are") cancelled.") }
        lines += billing(jobs: jobs)
        return Dialog(
            purpose: .cancelRun,
            title: "Cancel the run?",
            lines: lines,
            choices: [
                Dialog.Choice(key: "n", label: "Keep running", isSafe: true),
                Dialog.Choice(key: "y", label: "Cancel the run"),
            ],
            openedAt: openedAt
        )
    }

    private static func consequence(finished: Int, left: Int) -> String {
        let stays = "\(Figures.count(finished, "finished flashpoint")) \(finished == 1 ? "stays" : "stay")"
        return "\(stays). \(Figures.grouped(left)) will not be processed."
    }

    private func billing(jobs: Int) -> [String] {
        guard setup.isBilled, jobs > 0 else { return [] }
        return ["RunPod stops billing a running job only when its worker sees the stop."]
    }

    // MARK: - Pause

    /// The question that a run asks when it has paused itself.
    private func paused(_ openedAt: Int64) -> Dialog? {
        let overview = live.overview
        guard overview.phase == .running, overview.isPaused, let cause = overview.pauseCause, isHeard else {
            return nil
        }
        let jobs = overview.lanes.count { $0.isOut }
        var lines = [cause.prefix(1).uppercased() + cause.dropFirst() + "."]
        if jobs > 0 {
            lines.append("\(Figures.count(jobs, "job")) \(jobs == 1 ? "goes" : "go") on; nothing new is submitted.")
        }
        return Dialog(
            purpose: .paused,
            title: "The run has paused itself: how to go on?",
            lines: lines,
            choices: [
                Dialog.Choice(key: "n", label: "Stay paused, look around", isSafe: true),
                Dialog.Choice(key: "p", label: "Go on"),
                Dialog.Choice(key: "C", label: "Cancel the run", meaning: "asks once more"),
            ],
            openedAt: openedAt
        )
    }

    // MARK: - Leave

    private func leave(_ openedAt: Int64) -> Dialog? {
        guard isLive else { return nil }
        let overview = live.overview
        let jobs = overview.lanes.count { $0.isOut }
        let run = overview.header?.run ?? "RUN"
        let left = overview.total - overview.counts.settled
        let stop =
            setup.isBilled
            ? "jobs on RunPod go on and bill; etl-dash resume \(run) takes their results, kept for 30 min after a job's end"
            : "its workers end; etl-dash resume \(run) does their unfinished flashpoints again"
        return Dialog(
            purpose: .leave,
            title: "Leave a live run?",
            lines: [
                "\(Figures.grouped(left)) of \(Figures.count(overview.total, "flashpoint")) \(left == 1 ? "is" : "are") "
                    + "open, \(Figures.count(jobs, "job")) \(jobs == 1 ? "is" : "are") out."
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
            openedAt: openedAt
        )
    }

    private func stop(_ openedAt: Int64) -> Dialog? {
        guard isLive else { return nil }
        let overview = live.overview
        let run = overview.header?.run ?? "RUN"
        let jobs = overview.lanes.count { $0.isOut }
        let driver = if case .driven(let pid?) = live.standing { "process \(pid)" } else { "the driver" }
        var lines = ["\(driver.first?.uppercased() ?? "")\(driver.dropFirst()) submits nothing more and leaves."]
        if setup.isBilled {
            lines.append(
                "\(Figures.count(jobs, "job")) on RunPod \(jobs == 1 ? "goes" : "go") on and \(jobs == 1 ? "bills" : "bill")."
            )
        } else {
            lines.append("Its workers end; what they had not finished is done again.")
        }
        lines.append("etl-dash resume \(run) goes on with the run.")
        return Dialog(
            purpose: .stop,
            title: "Stop \(driver)?",
            lines: lines,
            choices: [
                Dialog.Choice(key: "n", label: "Keep it going", isSafe: true),
                Dialog.Choice(key: "y", label: "Stop \(driver)"),
            ],
            openedAt: openedAt
        )
    }

    // MARK: - Write

    private func write(_ openedAt: Int64) -> Dialog {
        Dialog(
            purpose: .write,
            title: "Write to a file",
            lines: [],
            choices: [
                Dialog.Choice(key: "n", label: "Write nothing", isSafe: true),
                Dialog.Choice(key: "s", label: "Screen", meaning: "what is on the screen, as text"),
                Dialog.Choice(
                    key: "l",
                    label: "Log",
                    meaning: "the lines that are shown, \(Figures.count(log.shownCount, "line"))"
                ),
                Dialog.Choice(
                    key: "r",
                    label: "Results",
                    meaning: "the run's answer as JSON, as run --output has it"
                ),
            ],
            openedAt: openedAt
        )
    }
}
