import Coordination
import Flashpoints

extension Model {
    mutating func take(_ report: Report) {
        switch report {
        case .preparing(let text): live.preparing = text
        case .events(let events):
            let pauseCause = live.overview.pauseCause
            for event in events { live.apply(event) }
            if live.overview.header != nil { live.preparing = nil }
            live.elapsed = live.driven(at: live.now, isLive: isLive)
            if held == nil { arrange() }
            renewQuestion()
            if live.overview.pauseCause != nil, pauseCause == nil, overlay == nil { ask(.paused) }
        case .lines(let entries, let lost):
            for entry in entries { live.log.append(entry) }
            live.log.lose(lost)
        case .standing(let standing):
            live.standing = standing
            live.elapsed = live.driven(at: live.now, isLive: isLive)
        }
    }
}

extension Model.Known {
    mutating func apply(_ event: Event) {
        overview.apply(event)
        pace.apply(event)
        guard event.isJournalled else { return }
        lastEvent = max(lastEvent ?? event.at, event.at)
        if event.t >= latest.t { latest = (event.t, event.at) }
    }

    /// Seconds driven at a wall time: those of the latest event, and what has passed since while somebody drives.
    func driven(at now: Int64, isLive: Bool) -> Double {
        if let answer = overview.answer { return answer.durationSeconds }
        guard isLive, overview.phase == .running else { return overview.t }
        return max(overview.t, latest.t + Double(max(0, now - latest.at)) / 1_000)
    }
}
