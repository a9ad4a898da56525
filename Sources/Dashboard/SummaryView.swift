import Canvas
import Coordination
import Flashpoints

/// What came out of a run that has ended, and what to press.
struct SummaryView {
    let scene: Scene

    private var theme: Theme { scene.theme }

    /// Rows that the summary of a model's run wants; 0 while the run has not ended.
    static func rows(of model: Model) -> Int {
        guard model.screen == .main, model.overview.phase == .ended else { return 0 }
        // Title, outcome, speedup, why, two causes, keys.
        return model.size.height >= 24 ? 8 : model.size.height >= 15 ? 5 : 2
    }

    func draw(on canvas: inout Canvas) {
        var frame = scene.layout.summary
        guard !frame.isEmpty, let answer = scene.overview.answer else { return }
        scene.title([Fact(verdict(answer), rank: 0)], in: frame.takeTop(1), isSelected: false, on: &canvas)
        let width = frame.width - 2
        let keys = keys(width: width)
        // What to press comes last on the screen, first in need.
        let bottom = frame.takeBottom(min(keys.count, max(1, frame.height - 2)))
        for (place, phrase) in keys.prefix(bottom.height).enumerated() {
            canvas.draw(phrase, at: Position(bottom.x + 1, bottom.y + place), width: width)
        }
        for phrase in lines(answer, width: width) {
            let row = frame.takeTop(1)
            guard !row.isEmpty else { return }
            canvas.draw(phrase, at: Position(row.x + 1, row.y), width: width)
        }
    }

    private func verdict(_ answer: RunAnswer) -> Phrase {
        let time = Figures.duration(answer.durationSeconds)
        if answer.ok {
            return Phrase("all \(Figures.count(answer.flashpoints, "flashpoint")) done in \(time)", theme[.good])
        }
        var phrase = Phrase(
            "\(Figures.grouped(answer.succeeded)) of \(Figures.grouped(answer.flashpoints)) done in \(time)",
            theme[.title]
        )
        if answer.failed > 0 { phrase.add(Phrase("\(Figures.grouped(answer.failed)) failed", theme[.alarm]), after: 2) }
        if answer.cancelled > 0 {
            phrase.add(Phrase("\(Figures.grouped(answer.cancelled)) cancelled", theme[.warning]), after: 2)
        }
        return phrase
    }

    /// What came out, the most telling first.
    private func lines(_ answer: RunAnswer, width: Int) -> [Phrase] {
        var lines: [Phrase] = []
        if let uncancelled = scene.overview.uncancelledWords {
            lines += WrappedText.lines(uncancelled, width: width).map { Phrase($0, theme[.alarm]) }
        }
        // Facts share a row where there is room.
        func add(_ phrase: Phrase) {
            guard let last = lines.last, !last.isEmpty, last.width + 2 + phrase.width <= width else {
                return lines.append(phrase)
            }
            lines[lines.count - 1].add(phrase, after: 2)
        }
        if let speedup = answer.speedup {
            let mark = scene.overview.isEstimated ? "~" : ""
            var phrase = Phrase("speedup", theme[.label], mark + Figures.factor(speedup), theme[.title])
            if let attainable = answer.attainable {
                phrase.add(" of \(Figures.factor(attainable)) attainable", theme[.label])
                phrase.add(" (ideal \(answer.workers)x)", theme[.label])
            }
            add(phrase)
        }
        if let efficiency = answer.efficiency {
            add(Phrase("efficiency", theme[.label], Figures.percent(efficiency)))
        }
        if let cost = scene.model.cost {
            var phrase = Phrase("cost", theme[.label], Figures.estimate(cost.dollars), theme[.title])
            if cost.lostDollars > 0 { phrase.add(" (\(Figures.estimate(cost.lostDollars)) lost)", theme[.warning]) }
            add(phrase)
        }
        if let cause = scene.overview.efficiencyCause {
            for text in WrappedText.lines("Why not more: \(cause.text).", width: width) { lines.append(Phrase(text)) }
        }
        for group in scene.overview.failureGroups.prefix(3) {
            var phrase = Phrase("\(Figures.grouped(group.count)) ", theme[.alarm])
            phrase.add(FailuresView.cause(of: group), theme[.bad])
            lines.append(phrase)
        }
        if answer.speedup != nil {
            let work = Figures.duration(answer.sequentialSeconds)
            let time = Figures.duration(answer.durationSeconds)
            lines.append(Phrase("\(work) of work in \(time) on \(Figures.count(answer.workers, "worker"))"))
        }
        return lines
    }

    /// What to press, a phrase a row.
    private func keys(width: Int) -> [Phrase] {
        var choices: [(String, String)] = [("q", "leave")]
        if scene.model.isHeard, scene.model.retriable > 0 {
            choices.append(("* r", "retry what failed"))
        }
        if scene.overview.counts.failed > 0 { choices.append(("e", "next error")) }
        choices += [("L", "log"), ("W", "write results")]
        var rows = [Phrase()]
        for (key, text) in choices {
            var phrase = Phrase(key, theme[.key].with(.underline))
            phrase.add(" \(text)")
            if !rows[rows.count - 1].isEmpty, rows[rows.count - 1].width + 2 + phrase.width > width {
                rows.append(Phrase())
            }
            rows[rows.count - 1].add(phrase, after: 2)
        }
        return rows
    }
}

/// What is being done before there are workers to show.
struct PreparingView {
    let scene: Scene

    func draw(on canvas: inout Canvas) {
        guard !scene.layout.isStateLine else {
            guard canvas.size.height > 1 else { return }
            canvas.write(text, at: Position(0, 1), scene.theme[.text], width: canvas.size.width)
            return
        }
        let area = scene.layout.workersFrame
        let lines = WrappedText.lines(text, width: max(1, area.width - 8))
        let width = lines.reduce(0) { max($0, TextWidth.of($1)) }
        let top = area.y + max(0, (area.height - lines.count) / 2)
        for (place, line) in lines.prefix(area.height).enumerated() {
            let at = Position(area.x + (area.width - width) / 2, top + place)
            canvas.write(line, at: at, scene.theme[.title], width: area.width)
        }
    }

    private var text: String {
        if let preparing = scene.model.preparing { return preparing }
        return scene.overview.header == nil ? "Waiting for the run to begin" : "This run has no workers"
    }
}
