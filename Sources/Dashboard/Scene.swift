import Canvas
import Coordination
import Flashpoints

/// What all views draw from: the model, and what is worked out once a frame.
struct Scene {
    let model: Model
    let overview: Overview
    let layout: Layout
    let theme: Theme
    let glyphs: Profile.Glyphs
    /// Index of each worker's first flashpoint where shares are contiguous.
    private let firstIndices: [Int]

    init(_ model: Model) {
        self.model = model
        overview = model.overview
        layout = model.layout
        theme = Theme(model.profile)
        glyphs = model.profile.glyphs
        var next = 0
        firstIndices =
            overview.header?.strategy == .even
            ? overview.lanes.map { lane in
                defer { next += lane.share }
                return next
            } : []
    }

    func draw(on canvas: inout Canvas) {
        HeaderView(scene: self).draw(on: &canvas)
        switch layout.screen {
        case .main:
            StripView(scene: self).draw(on: &canvas)
            if overview.lanes.isEmpty {
                PreparingView(scene: self).draw(on: &canvas)
            } else {
                WorkersView(scene: self).draw(on: &canvas)
            }
            SummaryView(scene: self).draw(on: &canvas)
            DetailView(scene: self).draw(on: &canvas)
            // Before there is a run the screen says only what is being done.
            if overview.header != nil || model.log.count > 0 { LogTailView(scene: self).draw(on: &canvas) }
        case .log:
            LogTailView(scene: self).draw(on: &canvas)
        case .worker:
            DetailView(scene: self).draw(on: &canvas)
            LogTailView(scene: self).draw(on: &canvas)
        case .failures:
            FailuresView(scene: self).draw(on: &canvas)
        }
        NoticeView(scene: self).draw(on: &canvas)
        FooterView(scene: self).draw(on: &canvas)
        switch model.overlay {
        case .dialog(let dialog): DialogView(scene: self, dialog: dialog).draw(on: &canvas)
        case .help(let help): HelpView(scene: self, help: help).draw(on: &canvas)
        case .prompt, nil: break
        }
    }

    // MARK: - Words that several views use

    /// The flashpoints of a share, such as `#0–2`; their number where they don't stand together.
    func range(of lane: LaneView) -> String {
        guard lane.share > 0 else { return "-" }
        guard firstIndices.indices.contains(lane.worker - 1) else { return "\(Figures.grouped(lane.share)) fp" }
        let first = firstIndices[lane.worker - 1]
        return lane.share == 1 ? "#\(first)" : "#\(first)\(glyphs.rangeDash)\(first + lane.share - 1)"
    }

    /// Whether the flashpoint is in the worker's share; `nil` where shares don't stand together.
    func holds(_ lane: LaneView, _ index: Int) -> Bool? {
        guard firstIndices.indices.contains(lane.worker - 1) else { return nil }
        let first = firstIndices[lane.worker - 1]
        return index >= first && index < first + lane.share
    }

    /// The bar of a worker: of its chunk where the share has several, else of the share.
    func bar(of lane: LaneView) -> Bar {
        if lane.chunks > 1, let chunk = lane.chunk, lane.settled < lane.share {
            return Bar(
                [Bar.Part(Double(chunk.done), .solid, theme[.barDone])],
                of: Double(chunk.total),
                track: theme[.barEmpty]
            )
        }
        return bar(ok: lane.ok, failed: lane.failed, cancelled: lane.cancelled, of: lane.share)
    }

    func bar(ok: Int, failed: Int, cancelled: Int, active: Int = 0, of total: Int) -> Bar {
        Bar(
            [
                Bar.Part(Double(ok), .solid, theme[.barDone]),
                Bar.Part(Double(failed), .failed, theme[.barFailed]),
                Bar.Part(Double(cancelled), .cancelled, theme[.barCancelled]),
                Bar.Part(Double(active), .active, theme[.running]),
            ].filter { $0.amount > 0 },
            of: Double(total),
            track: theme[.barEmpty]
        )
    }

    /// Done and total of what a worker's bar shows.
    func figures(of lane: LaneView) -> (done: Int, total: Int) {
        if lane.chunks > 1, let chunk = lane.chunk, lane.settled < lane.share { return (chunk.done, chunk.total) }
        return (lane.settled, lane.share)
    }

    /// What a worker is at, or why it is at nothing.
    func activity(of lane: LaneView) -> Phrase {
        if let current = lane.current, lane.state == .running {
            var phrase = Phrase(current.id ?? "flashpoint #\(current.index)")
            if let stage = current.stage {
                phrase.add("  ")
                phrase.add(stage, theme[.running])
                if current.of > 0 { phrase.add(" \(Figures.grouped(current.done))/\(Figures.grouped(current.of))") }
            }
            return phrase
        }
        switch lane.state {
        case .idle: return Phrase("no flashpoints", theme[.label])
        case .waiting:
            if model.standing == .interrupted { return Phrase("open: resume goes on with it", theme[.label]) }
            return Phrase(overview.isPaused ? "waits: the run is paused" : "waits to be submitted", theme[.label])
        case .submitting: return Phrase("is being submitted", theme[.label])
        case .unanswered: return Phrase("no answer to the submission: asking again", theme[.warning])
        case .queued:
            return model.condition(of: lane) == .boot
                ? Phrase("a machine is starting", theme[.label])
                : Phrase("waits in the endpoint's queue", theme[.label])
        case .running: return Phrase("runs, tells no flashpoint", theme[.label])
        case .cancelling: return Phrase("is being cancelled", theme[.warning])
        case .retrying:
            guard let retry = lane.retry else { return Phrase("tries again", theme[.warning]) }
            var phrase = Phrase("again \(time(until: retry.due))", theme[.warning])
            phrase.add(": \(retry.why)")
            return phrase
        case .done:
            guard lane.failed > 0 else { return Phrase("all done", theme[.label]) }
            let what = "\(Figures.grouped(lane.failed)) failed"
            return Phrase(!model.isHeard ? what : what + ": r tries again", theme[.bad])
        case .cancelled:
            let what = "\(Figures.grouped(lane.cancelled)) dropped"
            return Phrase(!model.isHeard ? what : what + ": r brings them back", theme[.warning])
        }
    }

    /// A count of failures, which stands out when there are any.
    func failures(_ count: Int, _ word: String) -> Phrase {
        guard count > 0 else { return Phrase("\(word) 0", theme[.label]) }
        return Phrase("\(word) \(Figures.grouped(count))", theme[.alarm])
    }

    /// What is left; `soon` when it should be over by now.
    func eta(_ seconds: Double?) -> String {
        guard let seconds else { return Figures.unknown }
        return seconds > 0 ? Figures.duration(seconds.rounded(.up)) : "soon"
    }

    /// Whether somebody drives the run, so that it has a pace.
    var isUnderWay: Bool { overview.phase == .running && model.standing != .interrupted }

    /// How far a point of the time driven lies ahead, such as `in 4.0s`.
    func time(until t: Double) -> String {
        let left = t - model.elapsed
        return left > 0 ? "in \(Figures.age(left))" : "now"
    }

    /// When a worker will be through: a dash when it is.
    func eta(of lane: LaneView) -> String {
        if lane.settled >= lane.share || !isUnderWay { return "-" }
        return eta(model.secondsLeft(of: lane))
    }

    /// A rule with words in it, as the title of a part of the screen.
    func title(_ left: [Fact], _ right: [Fact] = [], in row: Rect, isSelected: Bool, on canvas: inout Canvas) {
        let style = theme[isSelected ? .selectedBorder : .border]
        canvas.rule(at: Position(row.x, row.y), width: row.width, style, isSelected ? .double : .light)
        func apart(_ facts: [Fact]) -> [Fact] {
            facts.filter { !$0.phrase.isEmpty }
                .map { fact in
                    var phrase = Phrase(" ")
                    phrase.add(fact.phrase)
                    phrase.add(" ")
                    return Fact(phrase, rank: fact.rank)
                }
        }
        canvas.draw(apart(left), apart(right), in: Rect(row.x + 1, row.y, row.width - 2, 1))
    }
}
