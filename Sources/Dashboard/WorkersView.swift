import Canvas
import Coordination

/// The workers in the order asked for: a pane each, or a row of a table.
struct WorkersView {
    let scene: Scene

    func draw(on canvas: inout Canvas) {
        let model = scene.model
        guard !model.rows.isEmpty else {
            let row = scene.layout.workersFrame
            let text = model.filter.map { "No worker matches \($0.text): / changes the filter, Esc drops it" } ?? ""
            canvas.draw(Phrase(text, scene.theme[.warning]), at: Position(row.x + 1, row.y), width: row.width - 2)
            return
        }
        let selected = model.rows.firstIndex(of: model.selected) ?? 0
        let visible = scene.layout.visible(top: model.top, selected: selected, of: model.rows.count)
        if case .table(let table) = scene.layout.workers {
            for place in 0..<table.tables where place * table.rows < visible.count {
                TableTitlesView(scene: scene, table: table)
                    .draw(on: &canvas, in: scene.layout.tableFrame(place, of: table))
            }
        }
        for (slot, position) in visible.enumerated() {
            guard let lane = scene.overview.lane(model.rows[position]) else { continue }
            let frame = scene.layout.frame(ofSlot: slot)
            let isSelected = lane.worker == model.selected
            switch scene.layout.workers {
            case .hidden: break
            case .panes:
                PaneView(scene: scene, lane: lane, isSelected: isSelected).draw(on: &canvas, in: frame)
                if isSelected { canvas.cursor = Position(frame.x + 1, frame.y) }
            case .table(let table):
                RowView(scene: scene, lane: lane, isSelected: isSelected)
                    .draw(on: &canvas, in: frame, columns: table.columns)
                if isSelected { canvas.cursor = Position(frame.x, frame.y) }
            }
        }
    }
}

/// A worker with a border around it.
struct PaneView {
    let scene: Scene
    let lane: LaneView
    let isSelected: Bool

    private var theme: Theme { scene.theme }

    func draw(on canvas: inout Canvas, in frame: Rect) {
        let condition = scene.model.condition(of: lane)
        drawBorder(condition, on: &canvas, in: frame)
        var inside = frame.inset(2, 1)
        func row() -> Rect { inside.takeTop(1) }
        drawBar(on: &canvas, in: row())
        if frame.height >= 8 {
            drawCurrent(on: &canvas, row(), row())
        } else {
            canvas.draw(scene.activity(of: lane), at: Position(inside.x, inside.y), width: inside.width)
            _ = row()
        }
        drawCounts(on: &canvas, in: row())
        drawJob(on: &canvas, in: row())
        if !inside.isEmpty { drawRest(on: &canvas, in: row()) }
    }

    private func drawBorder(_ condition: Condition, on canvas: inout Canvas, in frame: Rect) {
        canvas.box(frame, theme[isSelected ? .selectedBorder : .border], isSelected ? .double : .rounded)
        var name = Phrase(" ")
        if isSelected { name.add("\(scene.glyphs.selection) ", theme[.selectedBorder]) }
        if scene.model.marks.contains(lane.worker) { name.add("\(scene.glyphs.mark) ", theme[.marked]) }
        name.add("w\(lane.worker) ", theme[isSelected ? .selected : .title])
        name.add(condition.word, theme[condition])
        name.add(" ")
        var facts = [Fact(name, rank: 0)]
        if lane.share > 0 {
            let isWide = frame.width >= 44
            let range = scene.range(of: lane)
            let share = isWide && range.hasPrefix("#") ? "\(Figures.count(lane.share, "flashpoint")) \(range)" : range
            facts.append(Fact(Phrase(" \(share) "), rank: 1))
            if lane.chunks > 1, lane.chunkNumber > 0 {
                let word = frame.width >= 36 ? "chunk" : "ch"
                facts.append(Fact(Phrase(" \(word) \(lane.chunkNumber)/\(lane.chunks) "), rank: 2))
            }
        }
        var right: [Fact] = []
        if let attempt = lane.attempt {
            let isLoud = attempt.attempt > 1
            let word = frame.width >= 40 ? "attempt" : "try"
            right.append(
                Fact(Phrase(" \(word) \(attempt.attempt) ", theme[isLoud ? .warning : .label]), rank: isLoud ? 1 : 3)
            )
        }
        canvas.draw(facts, right, in: Rect(frame.x + 1, frame.y, frame.width - 2, 1), gap: 0)
    }

    private func drawBar(on canvas: inout Canvas, in row: Rect) {
        let (done, total) = scene.figures(of: lane)
        let count = "\(Figures.grouped(done))/\(Figures.grouped(total))"
        let text = Figures.percent(done, of: total).padded(before: 4) + count.padded(before: max(7, count.count + 1))
        let width = max(4, row.width - text.count - 1)
        canvas.draw(scene.bar(of: lane), at: Position(row.x, row.y), width: width)
        canvas.write(text, at: Position(row.x + width + 1, row.y), theme[.text], width: row.width - width - 1)
    }

    private func drawCurrent(on canvas: inout Canvas, _ first: Rect, _ second: Rect) {
        guard let current = lane.current, lane.state == .running else {
            canvas.draw(scene.activity(of: lane), at: Position(first.x, first.y), width: first.width)
            return
        }
        let name = current.id ?? "flashpoint #\(current.index)"
        canvas.draw(Phrase(name, theme[.title]), at: Position(first.x, first.y), width: first.width)
        guard let stage = current.stage else { return }
        let used =
            canvas.write(stage.padded(to: 10), at: Position(second.x, second.y), theme[.running], width: second.width)
            + 1
        guard current.of > 0 else { return }
        let count = "\(Figures.grouped(current.done))/\(Figures.grouped(current.of))".padded(before: 12)
        let width = second.width - used - count.count
        if width >= 4 {
            let bar = Bar(
                [Bar.Part(Double(current.done), .solid, theme[.running])],
                of: Double(current.of),
                track: theme[.barEmpty]
            )
            canvas.draw(bar, at: Position(second.x + used, second.y), width: width)
        }
        canvas.write(count, endingAt: Position(second.maxX, second.y), theme[.text])
    }

    private func drawCounts(on canvas: inout Canvas, in row: Rect) {
        var left = [Fact(Phrase("ok", theme[.label], Figures.grouped(lane.ok)), rank: 1)]
        left.append(Fact(scene.failures(lane.failed, row.width >= 40 ? "failed" : "f"), rank: 0))
        if lane.cancelled > 0 {
            let word = row.width >= 40 ? "cancelled" : "c"
            left.append(Fact(Phrase("\(word) \(Figures.grouped(lane.cancelled))", theme[.warning]), rank: 2))
        }
        if lane.chunks > 1 {
            let share = "\(Figures.grouped(lane.settled))/\(Figures.grouped(lane.share))"
            left.append(Fact(Phrase("share", theme[.label], share), rank: 5))
        }
        var right: [Fact] = []
        if lane.settled < lane.share, scene.overview.phase == .running {
            let rate = scene.model.pace.rate(of: lane.worker, at: scene.model.elapsed)
            right.append(Fact(Phrase(rate == nil ? "" : Figures.rate(rate)), rank: 4))
            right.append(Fact(Phrase("ETA", theme[.label], scene.eta(of: lane)), rank: 3))
        }
        canvas.draw(left, right, in: row)
    }

    private func drawJob(on canvas: inout Canvas, in row: Rect) {
        var left: [Fact] = []
        if let job = lane.job {
            let short = Phrase("job", theme[.label], job.truncated(to: 9, glyphs: scene.glyphs))
            left.append(Fact(Phrase("job", theme[.label], job), rank: 3, short: (short, 2)))
        }
        if let instance = lane.instance { left.append(Fact(Phrase("on", theme[.label], instance), rank: 1)) }
        var right: [Fact] = []
        if let startedAt = lane.startedAt {
            right.append(Fact(Phrase(Figures.duration(scene.model.elapsed - startedAt)), rank: 0))
        }
        // Names may be longer than the pane: the job's is cut first and then goes.
        canvas.draw(left, right, in: row)
    }

    private func drawRest(on canvas: inout Canvas, in row: Rect) {
        var facts: [Fact] = []
        if let vitals = lane.vitals {
            facts.append(Fact(Phrase("memory", theme[.label], "\(Figures.grouped(vitals.residentMB)) MB"), rank: 1))
            facts.append(Fact(Phrase("processor", theme[.label], Figures.decimal(vitals.cpuSeconds) + " s"), rank: 2))
        }
        if lane.settled >= lane.share, lane.seconds > 0 {
            facts.append(Fact(Phrase("work", theme[.label], Figures.decimal(lane.seconds) + " s"), rank: 3))
        }
        if lane.stoppedSeconds >= 0.05 {
            let seconds = Figures.decimal(lane.stoppedSeconds)
            facts.append(Fact(Phrase("done again", theme[.label], seconds + " s"), rank: 4))
        }
        if lane.retrySeconds >= 0.05 {
            facts.append(Fact(Phrase("retries", theme[.label], Figures.decimal(lane.retrySeconds) + " s"), rank: 0))
        }
        canvas.draw(facts, in: row)
    }
}
