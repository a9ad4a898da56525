import Canvas
import Coordination
import Flashpoints

extension Model {
    /// Something that must be known as long as it lasts.
    private struct Trouble {
        var kind: Notice.Kind
        /// What it is and what to do, the longest first; the first that fits is shown.
        var texts: [String]
        /// Why, behind the text and as far as there is room; it is in the log as well.
        var cause: String?
    }

    /// The most urgent of what must be known as long as it lasts; a newer notice takes its place for a while.
    package var standingNotice: Notice? {
        guard let trouble = trouble else { return nil }
        // The mark before the text, and a blank at either end.
        let room = size.width - (trouble.kind == .error ? 11 : 5)
        var text = trouble.texts.first { TextWidth.of($0) <= room } ?? trouble.texts.last ?? ""
        if let cause = trouble.cause { text += ": \(cause)" }
        return Notice(kind: trouble.kind, text: text, at: now)
    }

    private var trouble: Trouble? {
        let run = overview.header?.run ?? "RUN"
        if let halted = overview.halted, overview.phase != .ended {
            let what = "Refused. Put it right, then q and etl-dash resume \(run)"
            return Trouble(kind: .error, texts: [what, "Refused; q, then resume"], cause: halted.message)
        }
        guard overview.phase == .running else { return nil }
        if let cause = overview.diskTrouble {
            let texts = [
                "No room for the journal: nothing new is submitted, nothing is dropped",
                "Disk full: nothing new is submitted", "Disk full: nothing is sent",
            ]
            return Trouble(kind: .error, texts: texts, cause: cause)
        }
        if standing == .interrupted { return interrupted(run) }
        if let trouble = overview.trouble { return passing(trouble) }
        if overview.isPaused, let cause = overview.pauseCause {
            let texts = isHeard ? ["Paused. p goes on, C cancels the run"] : ["Paused"]
            return Trouble(kind: .warning, texts: texts, cause: cause)
        }
        if overview.unansweredSubmissions > 0 {
            let count = Figures.count(overview.unansweredSubmissions, "submission")
            let texts = ["Looking for \(count) that got no answer", "Looking for \(count)"]
            return Trouble(kind: .warning, texts: texts)
        }
        if let finding = findings.first {
            // Both sentences are in the log.
            let (what, title) = (finding.what.capitalisingFirst, finding.title.capitalisingFirst)
            let texts = ["\(what): \(finding.advice)", "\(what): \(finding.hint)", "\(title): \(finding.hint)", title]
            return Trouble(kind: .warning, texts: texts)
        }
        if overview.isPaused {
            let what = "Paused: what was submitted goes on, nothing new is submitted."
            return Trouble(kind: .warning, texts: isHeard ? [what + " p continues", "Paused: p continues"] : [what])
        }
        if let uncancelled = overview.uncancelledWords { return Trouble(kind: .warning, texts: [uncancelled]) }
        return nil
    }

    private func interrupted(_ run: String) -> Trouble {
        var texts = [
            "Nobody drives this run: etl-dash resume \(run) goes on with it", "Interrupted: etl-dash resume \(run)",
            "etl-dash resume \(run)",
        ]
        if let expiry {
            texts.insert("Nobody drives this run: etl-dash resume \(run) before \(expiry.time), \(expiry.loss)", at: 0)
            texts.insert("etl-dash resume \(run) before \(expiry.time), \(expiry.loss)", at: 1)
        }
        return Trouble(kind: .warning, texts: texts)
    }

    private func passing(_ trouble: EndpointTrouble) -> Trouble {
        let since = Figures.time(trouble.since)
        let isSilent = trouble.kind == .silent
        let what = isSilent ? "Endpoint unreachable" : trouble.text
        let title = trouble.title.capitalisingFirst
        var texts = ["\(what) since \(since)Z, nothing fails by it", "\(title) since \(since)Z"]
        if let expiry, overview.isUnseen(at: now) {
            texts = [
                "\(what) since \(since)Z; \(expiry.loss) from \(expiry.time) (\(expiry.left))",
                "\(title) since \(since.prefix(5))Z; \(expiry.loss) (\(expiry.left))",
                "\(isSilent ? "No answer" : title) since \(since.prefix(5))Z; loss \(expiry.left)",
            ]
        }
        return Trouble(kind: .warning, texts: texts, cause: trouble.cause)
    }

    /// When results of jobs that may have ended unseen begin to be lost, as far as there are such jobs.
    private var expiry: (time: String, left: String, loss: String)? {
        guard let at = overview.resultsExpireAt else { return nil }
        let jobs = overview.lanes.count { $0.job != nil }
        let left = at > now ? "in \(Figures.duration(Double(at - now) / 1_000))" : "now"
        return (
            Figures.time(at).prefix(5) + "Z", left, "results of \(Figures.count(jobs, "job")) may be lost"
        )
    }
}

extension String {
    /// The text as the beginning of a sentence.
    fileprivate var capitalisingFirst: String { prefix(1).uppercased() + dropFirst() }
}

extension Overview {
    /// The jobs that could not be cancelled, in a sentence; `nil` when there are none.
    var uncancelledWords: String? {
        guard !uncancelled.isEmpty else { return nil }
        let jobs = uncancelled.prefix(4).map(\.job).joined(separator: ", ")
        let more = uncancelled.count > 4 ? " and \(uncancelled.count - 4) more" : ""
        return "Not cancelled, may still run and bill: \(jobs)\(more)"
    }
}
