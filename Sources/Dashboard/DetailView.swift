import Canvas
import Coordination
import Flashpoints

/// All that is known of the selected worker: a column of facts, or one line.
struct DetailView {
    let scene: Scene

    private var theme: Theme { scene.theme }
    private var model: Model { scene.model }

    func draw(on canvas: inout Canvas) {
        let frame = scene.layout.detail
        guard !frame.isEmpty else { return }
        guard let lane = model.selectedLane else {
            scene.title(
                [Fact(Phrase("no worker selected", theme[.label]), rank: 0)],
                in: frame.firstRow,
                isSelected: false,
                on: &canvas
            )
            return
        }
        if frame.height == 1 { drawLine(lane, frame, on: &canvas) } else { drawColumn(lane, frame, on: &canvas) }
    }

    private func heading(_ lane: LaneView) -> Phrase {
        let condition = model.condition(of: lane)
        var phrase = Phrase("w\(lane.worker) ", theme[.title])
        phrase.add(condition.word, theme[condition])
        return phrase
    }

    private func drawLine(_ lane: LaneView, _ row: Rect, on canvas: inout Canvas) {
        let left = [Fact(heading(lane), rank: 0), Fact(scene.activity(of: lane), rank: 1)]
        var right: [Fact] = []
        if let attempt = lane.attempt { right.append(Fact(Phrase("attempt \(attempt.attempt)"), rank: 3)) }
        if let startedAt = lane.startedAt {
            right.append(Fact(Phrase("running", theme[.label], Figures.duration(model.elapsed - startedAt)), rank: 2))
        }
        scene.title(left, right, in: row, isSelected: false, on: &canvas)
    }

    private func drawColumn(_ lane: LaneView, _ frame: Rect, on canvas: inout Canvas) {
        var rest = frame
        let open =
            scene.layout.screen == .main ? Phrase("Enter: more", theme[.label]) : Phrase("Esc: back", theme[.label])
        scene.title(
            [Fact(heading(lane), rank: 0)],
            [Fact(open, rank: 1)],
            in: rest.takeTop(1),
            isSelected: scene.layout.screen == .worker && model.focus == .workers,
            on: &canvas
        )
        let facts = facts(of: lane, width: rest.width - 13)
        for (name, value) in facts {
            let row = rest.takeTop(1)
            guard !row.isEmpty else { return }
            canvas.write(name, at: Position(row.x + 1, row.y), theme[.label], width: 10)
            canvas.draw(value, at: Position(row.x + 12, row.y), width: row.width - 13)
        }
        drawFailures(of: lane, in: rest, on: &canvas)
    }

    /// Names and values, the most needed first.
    private func facts(of lane: LaneView, width: Int) -> [(String, Phrase)] {
        var facts: [(String, Phrase)] = [("now", scene.activity(of: lane)), ("outcomes", outcomes(of: lane))]
        facts.append(("share", Phrase("\(Figures.count(lane.share, "flashpoint")), \(scene.range(of: lane))")))
        if lane.chunks > 1 {
            var phrase = Phrase("\(max(1, lane.chunkNumber)) of \(Figures.grouped(lane.chunks))")
            if let chunk = lane.chunk {
                phrase.add(", \(Figures.grouped(chunk.done))/\(Figures.grouped(chunk.total)) done")
            }
            facts.append(("chunk", phrase))
        }
        facts.append(("attempt", attempt(of: lane)))
        if let job = lane.job { facts.append(("job", Phrase(job))) }
        if let instance = lane.instance { facts.append(("instance", Phrase(instance))) }
        if lane.settled < lane.share, scene.overview.phase == .running {
            var phrase = Phrase(Figures.rate(model.pace.rate(of: lane.worker, at: model.elapsed)))
            phrase.add("  ETA ", theme[.label])
            phrase.add(scene.eta(of: lane))
            facts.append(("pace", phrase))
        }
        for retry in lane.retries.prefix(3) {
            var phrase = Phrase(scene.time(until: retry.due), theme[.warning])
            phrase.add(", attempt \(retry.attempt.attempt): \(retry.why)")
            facts.append(("retry", phrase))
        }
        facts.append(("time", time(of: lane)))
        if let vitals = lane.vitals {
            let processor = "\(Figures.decimal(vitals.cpuSeconds)) s of processor"
            facts.append(("process", Phrase("\(Figures.grouped(vitals.residentMB)) MB, \(processor)")))
        }
        if let last = lane.lastEvent, scene.overview.phase == .running {
            facts.append(("last news", Phrase("\(Figures.age(max(0, model.elapsed - last))) ago")))
        }
        return facts
    }

    private func outcomes(of lane: LaneView) -> Phrase {
        var phrase = Phrase("\(Figures.grouped(lane.settled))/\(Figures.grouped(lane.share))", theme[.title])
        phrase.add("  ok ", theme[.label])
        phrase.add(Figures.grouped(lane.ok))
        phrase.add(scene.failures(lane.failed, "failed"), after: 2)
        if lane.cancelled > 0 {
            phrase.add(Phrase("cancelled \(Figures.grouped(lane.cancelled))", theme[.warning]), after: 2)
        }
        return phrase
    }

    private func attempt(of lane: LaneView) -> Phrase {
        guard let attempt = lane.attempt else { return Phrase("none yet", theme[.label]) }
        var phrase = Phrase("\(attempt.attempt)", theme[attempt.attempt > 1 ? .warning : .text])
        if lane.submissions > 1 { phrase.add(", \(Figures.count(lane.submissions, "submission"))") }
        if let startedAt = lane.startedAt {
            phrase.add(", running ", theme[.label])
            phrase.add(Figures.duration(model.elapsed - startedAt))
        }
        return phrase
    }

    /// Where the worker's time went.
    private func time(of lane: LaneView) -> Phrase {
        var phrase = Phrase("\(Figures.decimal(lane.seconds)) s of work")
        if lane.queueSeconds >= 0.05 { phrase.add(", \(Figures.decimal(lane.queueSeconds)) s in queue") }
        let lost = lane.retrySeconds + lane.stoppedSeconds
        if lost >= 0.05 { phrase.add(", \(Figures.decimal(lost)) s lost", theme[.warning]) }
        return phrase
    }

    /// The causes of failures that have an example in the share.
    private func drawFailures(of lane: LaneView, in frame: Rect, on canvas: inout Canvas) {
        guard lane.failed > 0 else { return }
        var rest = frame
        for group in scene.overview.failureGroups {
            let own = group.examples.filter { scene.holds(lane, $0.index) ?? false }
            guard let example = own.first else { continue }
            let text = "#\(example.index) \(example.id): \(FailuresView.cause(of: group))"
            for (place, line) in WrappedText.lines(text, width: max(8, rest.width - 13)).enumerated() {
                let row = rest.takeTop(1)
                guard !row.isEmpty else { return }
                if place == 0 { canvas.write("failed", at: Position(row.x + 1, row.y), theme[.bad], width: 10) }
                canvas.write(line, at: Position(row.x + 12, row.y), theme[.text], width: row.width - 13)
            }
        }
    }
}

extension Rect {
    /// Its top row; empty when it has none.
    var firstRow: Rect { Rect(x, y, width, min(1, height)) }
}
