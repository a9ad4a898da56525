import Canvas
import Coordination
import Flashpoints

/// The head of the screen: which run, how far, how fast.
struct HeaderView {
    let scene: Scene

    private var overview: Overview { scene.overview }
    private var model: Model { scene.model }
    private var theme: Theme { scene.theme }

    func draw(on canvas: inout Canvas) {
        var rect = scene.layout.header
        guard !rect.isEmpty else { return }
        if scene.layout.isStateLine { return drawStateLine(rect, on: &canvas) }
        rect = Rect(rect.x + 1, rect.y, rect.width - 2, rect.height)
        switch rect.height {
        case 1: drawShort(rect, on: &canvas)
        case 2:
            drawShort(Rect(rect.x, rect.y, rect.width, 1), on: &canvas)
            drawBarAndSpeed(Rect(rect.x, rect.y + 1, rect.width, 1), on: &canvas)
        default:
            canvas.draw(identity, standing, in: Rect(rect.x, rect.y, rect.width, 1))
            drawProgress(Rect(rect.x, rect.y + 1, rect.width, 1), on: &canvas)
            canvas.draw(speed, selection + cost, in: Rect(rect.x, rect.y + 2, rect.width, 1))
        }
    }

    // MARK: - Sizes

    /// `RUN 56% 54/96 f2 3:40`, cut from the right by whole words as far as that goes.
    private func drawStateLine(_ row: Rect, on canvas: inout Canvas) {
        var facts: [Fact] = []
        if row.width >= 20 { facts.append(Fact(Phrase(state.short, state.style), rank: 2)) }
        facts.append(Fact(Phrase(percent), rank: 0))
        if row.width >= 12 { facts.append(Fact(Phrase(done), rank: 3)) }
        facts.append(Fact(failed(short: true), rank: 1))
        facts.append(Fact(Phrase(overview.phase == .ended ? elapsed : remaining), rank: 4))
        canvas.draw(facts, in: row, gap: 1)
    }

    private func drawShort(_ row: Rect, on canvas: inout Canvas) {
        guard overview.header != nil else {
            return canvas.draw(
                [Fact(Phrase("etl-dash", theme[.title]), rank: 1)],
                [Fact(Phrase(state.word, state.style), rank: 0)],
                in: row
            )
        }
        let left = [
            Fact(Phrase(overview.header?.run ?? "etl-dash", theme[.title]), rank: 5),
            Fact(Phrase(state.word, state.style), rank: 0), Fact(Phrase(percent), rank: 1),
            Fact(Phrase(done), rank: 2), Fact(failed(short: true), rank: 1),
        ]
        var right = selection + badges + troubles
        right.append(Fact(freshness, rank: 6))
        right.append(Fact(Phrase(elapsed), rank: 4))
        if overview.phase != .ended { right.append(Fact(Phrase("ETA", theme[.label], remaining), rank: 3)) }
        canvas.draw(left, right, in: row, gap: 1)
    }

    private func drawBarAndSpeed(_ row: Rect, on canvas: inout Canvas) {
        guard overview.header != nil else { return }
        let width = row.width * 2 / 5
        canvas.draw(bar, at: Position(row.x, row.y), width: width)
        let rest = Rect(row.x + width + 2, row.y, row.width - width - 2, 1)
        var speedup = Phrase()
        if let value = model.overview.speedup(duration: model.elapsed) {
            speedup.add(factor(value), theme[.title])
            if let attainable = model.attainable { speedup.add("/" + Figures.factor(attainable)) }
        }
        canvas.draw(
            [Fact(speedup, rank: 0)],
            [Fact(Phrase(model.cost.map { Figures.estimate($0.dollars) } ?? ""), rank: 1)],
            in: rest
        )
    }

    private func drawProgress(_ row: Rect, on canvas: inout Canvas) {
        guard overview.header != nil else { return }
        let width = row.width >= 100 ? row.width * 3 / 10 : row.width / 4
        canvas.draw(bar, at: Position(row.x, row.y), width: width)
        let retrying = overview.lanes.count { $0.state == .retrying }
        var left = [
            Fact(Phrase(String(repeating: " ", count: 4 - percent.count) + percent, theme[.title]), rank: 0),
            Fact(Phrase("\(done)"), rank: 2),
            Fact(Phrase("ok", theme[.label], Figures.grouped(overview.counts.ok), theme[.good]), rank: 4),
            Fact(failed(short: false), rank: 1),
        ]
        if retrying > 0 { left.append(Fact(Phrase("retry \(retrying)", theme[.warning]), rank: 5)) }
        if overview.counts.cancelled > 0 {
            let count = Figures.grouped(overview.counts.cancelled)
            left.append(Fact(Phrase("cancelled \(count)", theme[.warning]), rank: 3))
        }
        var right = [Fact(Phrase(overview.phase == .ended ? "took" : "elapsed", theme[.label], elapsed), rank: 6)]
        if overview.phase != .ended {
            right.append(Fact(Phrase("ETA", theme[.label], remaining, theme[.title]), rank: 1))
        }
        canvas.draw(left, right, in: Rect(row.x + width + 1, row.y, row.width - width - 1, 1))
    }

    // MARK: - Facts

    private var identity: [Fact] {
        var facts = [Fact(Phrase("etl-dash", theme[.title]), rank: 9)]
        guard let header = overview.header else { return facts }
        facts.append(Fact(Phrase("run", theme[.label], header.run, theme[.title]), rank: 2))
        facts.append(Fact(Phrase("date", theme[.label], header.date), rank: 5))
        facts.append(Fact(endpoint, rank: 6))
        let workers = Figures.count(header.workers, "worker")
        if overview.generation > 1 {
            facts.append(Fact(Phrase("generation", theme[.label], "\(overview.generation)"), rank: 4))
        }
        facts.append(Fact(Phrase("\(header.strategy.rawValue) shares, \(workers)"), rank: 8))
        return facts
    }

    private var endpoint: Phrase {
        let name = model.setup.endpoint
        return name.hasPrefix("this ") ? Phrase("on", theme[.label], name) : Phrase("endpoint", theme[.label], name)
    }

    private var standing: [Fact] {
        var facts = badges + troubles
        facts.append(Fact(Phrase(state.word, state.style), rank: 0))
        facts.append(Fact(freshness, rank: 3))
        facts.append(Fact(Phrase(Figures.time(model.now) + "Z", theme[.label]), rank: 7))
        return facts
    }

    /// What is amiss beside the state of the run; the line for notices says more of the worst.
    private var troubles: [Fact] {
        guard overview.phase == .running else { return [] }
        var facts: [Fact] = []
        if let trouble = overview.trouble {
            let style = theme[trouble.kind == .silent ? .alarm : .warning]
            facts.append(Fact(Phrase(trouble.title, style), rank: 1))
        }
        if overview.unansweredSubmissions > 0 {
            facts.append(Fact(Phrase("\(overview.unansweredSubmissions) unanswered", theme[.warning]), rank: 2))
        }
        if !overview.uncancelled.isEmpty {
            facts.append(Fact(Phrase("\(overview.uncancelled.count) not cancelled", theme[.warning]), rank: 2))
        }
        // Silence and refusal have words of their own.
        let findings = model.findings.filter { $0.kind != .expiringResults && $0.kind != .refused }
        for (place, finding) in findings.enumerated() {
            facts.append(Fact(Phrase(finding.title, theme[.warning]), rank: 2 + 2 * place))
        }
        return facts
    }

    private var badges: [Fact] {
        var facts: [Fact] = []
        if model.isFrozen { facts.append(Fact(Phrase(" FROZEN ", theme[.badge]), rank: 1)) }
        switch model.setup.role {
        case .driver: if model.isReadOnly { facts.append(Fact(Phrase("read-only", theme[.warning]), rank: 4)) }
        case .attached:
            let word = model.isReadOnly ? "read-only" : "attached"
            var phrase = Phrase(word, theme[.warning])
            let short = phrase
            if case .driven(let pid?) = model.standing { phrase.add(" driven by pid \(pid)", theme[.label]) }
            facts.append(Fact(phrase, rank: 4, short: (short, 5)))
        case .replay(let speed):
            facts.append(Fact(Phrase("replay \(Figures.factor(speed))", theme[.warning]), rank: 4))
        }
        return facts
    }

    /// What hides, orders and marks workers, as far as something does.
    private var selection: [Fact] {
        var facts: [Fact] = []
        if let filter = model.filter {
            let count = "\(model.rows.count) of \(overview.lanes.count)"
            let phrase = Phrase("\(filter.isInverse ? "without" : "filter") \(filter.text): \(count)", theme[.warning])
            facts.append(Fact(phrase, rank: 2, short: (Phrase("filter", theme[.warning]), 1)))
        }
        if model.order != WorkerOrder() {
            let arrow = model.order.isReversed ? scene.glyphs.arrowUp : scene.glyphs.arrowDown
            facts.append(Fact(Phrase("by", theme[.label], "\(model.order.key.rawValue) \(arrow)"), rank: 5))
        }
        if !model.marks.isEmpty {
            facts.append(Fact(Phrase("\(Figures.grouped(model.marks.count)) marked", theme[.marked]), rank: 3))
        }
        return facts
    }

    private var freshness: Phrase {
        switch model.freshness {
        case .none, .interrupted, .ended: Phrase()
        case .live(let seconds): Phrase("live", theme[.label], Figures.age(seconds))
        case .stale(let seconds, _): Phrase(" STALE \(Figures.age(seconds)) ", theme[.badge])
        }
    }

    /// The state of the run, in a word and in a shorter one.
    private var state: (word: String, short: String, style: Style) {
        if let answer = overview.answer, overview.phase == .ended {
            if answer.ok { return ("DONE", "DONE", theme[.good]) }
            if answer.cancelled > 0 { return ("CANCELLED", "CANC", theme[.warning]) }
            return answer.succeeded > 0 ? ("PARTLY FAILED", "PART", theme[.alarm]) : ("FAILED", "FAIL", theme[.alarm])
        }
        if model.standing == .interrupted { return (" INTERRUPTED ", "INT", theme[.badge]) }
        if overview.phase == .unplanned { return ("STARTING", "INIT", theme[.running]) }
        if overview.halted != nil { return (" REFUSED ", "REF", theme[.badge]) }
        if overview.diskTrouble != nil { return (" DISK FULL ", "DISK", theme[.badge]) }
        if overview.cancelCause != nil { return ("CANCELLING", "CANC", theme[.warning]) }
        if overview.isPaused { return (" PAUSED ", "PAUS", theme[.badge]) }
        return ("RUNNING", "RUN", theme[.running].with(.bold))
    }

    private var bar: Bar {
        let counts = overview.counts
        let active = overview.lanes.count { $0.current != nil && $0.state == .running }
        return scene.bar(
            ok: counts.ok,
            failed: counts.failed,
            cancelled: counts.cancelled,
            active: min(active, overview.total - counts.settled),
            of: overview.total
        )
    }

    private var percent: String { Figures.percent(overview.counts.settled, of: overview.total) }
    private var done: String { "\(Figures.grouped(overview.counts.settled))/\(Figures.grouped(overview.total))" }
    private var elapsed: String { Figures.duration(overview.answer?.durationSeconds ?? model.elapsed) }

    private func failed(short: Bool) -> Phrase {
        let count = overview.counts.failed
        if short {
            return Phrase("f\(Figures.grouped(count))", count > 0 ? theme[.alarm] : theme[.label])
        }
        return scene.failures(count, "failed")
    }

    /// Seconds left as a range; one figure where both ends are written alike.
    private var remaining: String {
        guard model.standing != .interrupted else { return "-" }
        guard let estimate = model.estimate else { return Figures.unknown }
        guard estimate.high > 0 else { return scene.eta(0) }
        let (low, high) = (Figures.duration(estimate.low.rounded(.up)), scene.eta(estimate.high))
        return low == high ? low : "\(low)\(scene.glyphs.rangeDash)\(high)"
    }

    private func factor(_ value: Double) -> String { (overview.isEstimated ? "~" : "") + Figures.factor(value) }

    private var speed: [Fact] {
        guard overview.header != nil else { return [] }
        var facts: [Fact] = []
        if let value = overview.speedup(duration: model.elapsed) {
            let short = Phrase("speedup", theme[.label], factor(value), theme[.title])
            var phrase = short
            if let attainable = model.attainable {
                phrase.add(" of ", theme[.label])
                phrase.add(Figures.factor(attainable))
                phrase.add(" attainable", theme[.label])
            }
            phrase.add(" (ideal \(overview.lanes.count)x)", theme[.label])
            facts.append(Fact(phrase, rank: 3, short: (short, 0)))
        } else {
            facts.append(Fact(Phrase("speedup", theme[.label], Figures.unknown), rank: 0))
        }
        if let efficiency = overview.efficiency(duration: model.elapsed) {
            facts.append(Fact(Phrase("efficiency", theme[.label], Figures.percent(efficiency)), rank: 2))
        }
        if overview.phase == .running, let rate = model.pace.rate(at: model.elapsed) {
            facts.append(Fact(Phrase(Figures.rate(rate)), rank: 5))
        }
        if overview.phase == .running, model.standing != .interrupted { facts.append(Fact(workers, rank: 4)) }
        return facts
    }

    /// Machines by state as the endpoint tells them; what the lanes tell where it doesn't.
    private var workers: Phrase {
        var parts: [(Int, String, Theme.Role)] = []
        if let health = overview.health {
            parts = [
                (health.running, "running", .text), (health.initializing, "starting", .text),
                (health.idle, "idle", .text), (health.throttled, "throttled", .warning),
                (health.unhealthy, "unhealthy", .bad),
            ]
        } else {
            parts = [
                (overview.lanes.count { $0.state == .running }, "running", .text),
                (overview.lanes.count { $0.state == .queued }, "queued", .text),
            ]
        }
        var phrase = Phrase("workers", theme[.label])
        for part in parts where part.0 > 0 || part.1 == "running" {
            phrase.add(" \(part.0) \(part.1)", theme[part.2])
        }
        return phrase
    }

    private var cost: [Fact] {
        guard let cost = model.cost else { return [] }
        var facts = [Fact(Phrase("cost", theme[.label], Figures.estimate(cost.dollars), theme[.title]), rank: 1)]
        if cost.lostDollars > 0 {
            facts.append(Fact(Phrase("lost \(Figures.estimate(cost.lostDollars))", theme[.warning]), rank: 5))
        }
        if cost.dollarsPerHour > 0 { facts.append(Fact(Phrase("+\(Figures.dollars(cost.dollarsPerHour))/h"), rank: 6)) }
        return facts
    }
}
