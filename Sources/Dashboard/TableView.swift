import Canvas
import Coordination

/// The titles of a table's columns.
struct TableTitlesView {
    let scene: Scene
    let table: Layout.Table

    func draw(on canvas: inout Canvas, in frame: Rect) {
        guard table.hasTitles else { return }
        let style = scene.theme[.label].with(.underline)
        canvas.fill(Rect(frame.x, frame.y, frame.width, 1), " ", style)
        var x = frame.x
        for column in table.columns {
            let title = column.kind.title
            if column.kind.isNumber {
                canvas.write(title, endingAt: Position(x + column.width, frame.y), style, width: column.width)
            } else {
                let indent = column.kind == .id ? 2 : 0
                canvas.write(title, at: Position(x + indent, frame.y), style, width: column.width - indent)
            }
            x += column.width + 1
        }
    }
}

/// A worker as one row.
struct RowView {
    let scene: Scene
    let lane: LaneView
    let isSelected: Bool

    private var theme: Theme { scene.theme }

    func draw(on canvas: inout Canvas, in row: Rect, columns: [Layout.Column]) {
        if scene.layout.isStateLine { return drawWords(in: row, on: &canvas) }
        var x = row.x
        for column in columns {
            let place = Position(x, row.y)
            if column.kind.isNumber {
                let (text, style) = number(column.kind)
                canvas.write(text, endingAt: Position(x + column.width, row.y), style, width: column.width)
            } else {
                draw(column, at: place, on: &canvas)
            }
            x += column.width + 1
        }
        if isSelected { canvas.restyle(row) { $0.attributes.formUnion(theme[.selected].attributes) } }
    }

    /// The row of a tiny screen, which has no columns: `w1 RUN 8/12 f1`.
    private func drawWords(in row: Rect, on canvas: inout Canvas) {
        let condition = scene.model.condition(of: lane)
        let (done, total) = scene.figures(of: lane)
        var name = Phrase(isSelected ? String(scene.glyphs.selection) : " ", theme[.selectedBorder])
        name.add("w\(lane.worker)", theme[isSelected ? .selected : .text])
        var facts = [Fact(name, rank: 0), Fact(Phrase(condition.word, theme[condition]), rank: 2)]
        facts.append(Fact(Phrase("\(Figures.grouped(done))/\(Figures.grouped(total))"), rank: 3))
        if lane.failed > 0 { facts.append(Fact(Phrase("f\(Figures.grouped(lane.failed))", theme[.alarm]), rank: 1)) }
        canvas.draw(facts, in: row, gap: 1)
    }

    private func draw(_ column: Layout.Column, at place: Position, on canvas: inout Canvas) {
        switch column.kind {
        case .id:
            if isSelected { canvas.write(String(scene.glyphs.selection), at: place, theme[.selectedBorder]) }
            if scene.model.marks.contains(lane.worker) {
                canvas.write(String(scene.glyphs.mark), at: Position(place.x + 1, place.y), theme[.marked])
            }
            canvas.write("w\(lane.worker)", at: Position(place.x + 2, place.y), theme[.text], width: column.width - 2)
        case .state:
            let condition = scene.model.condition(of: lane)
            canvas.write(condition.word, at: place, theme[condition], width: column.width)
        case .share: canvas.write(scene.range(of: lane), at: place, theme[.text], width: column.width)
        case .bar: canvas.draw(scene.bar(of: lane), at: place, width: column.width)
        case .job: canvas.write(lane.job ?? "-", at: place, theme[.text], width: column.width)
        case .instance: canvas.write(lane.instance ?? "-", at: place, theme[.text], width: column.width)
        case .current: canvas.draw(scene.activity(of: lane), at: place, width: column.width)
        case .done, .failed, .rate, .eta: break
        }
    }

    private func number(_ kind: Layout.Column.Kind) -> (String, Style) {
        switch kind {
        case .done:
            let (done, total) = scene.figures(of: lane)
            return ("\(Figures.grouped(done))/\(Figures.grouped(total))", theme[.text])
        case .failed: return (Figures.grouped(lane.failed), lane.failed > 0 ? theme[.alarm] : theme[.label])
        case .rate:
            guard lane.settled < lane.share,
                let rate = scene.model.pace.rate(of: lane.worker, at: scene.model.elapsed), rate.isFinite
            else { return ("-", theme[.text]) }
            return (Figures.decimal(rate * 60), theme[.text])
        case .eta: return (scene.eta(of: lane), theme[.text])
        default: return ("", theme[.text])
        }
    }
}

extension Layout.Column.Kind {
    var title: String {
        switch self {
        case .id: "id"
        case .state: "state"
        case .share: "share"
        case .bar: "progress"
        case .done: "done"
        case .failed: "f"
        case .rate: "/min"
        case .eta: "ETA"
        case .job: "job"
        case .instance: "instance"
        case .current: "now"
        }
    }

    /// Whether figures stand at the right end of the column.
    var isNumber: Bool {
        switch self {
        case .done, .failed, .rate, .eta: true
        case .id, .state, .share, .bar, .job, .instance, .current: false
        }
    }
}

/// Every worker in one cell: tenths of what is done while it runs, else the letter of its state.
struct StripView {
    let scene: Scene

    func draw(on canvas: inout Canvas) {
        let row = scene.layout.strip
        let lanes = scene.overview.lanes
        guard !row.isEmpty, !lanes.isEmpty else { return }
        let room = scene.layout.isStateLine ? row : row.inset(1, 0)
        // Where there are more workers than cells, a cell shows the worst of its workers.
        let group = max(1, (lanes.count + room.width - 1) / max(1, room.width))
        var x = room.x
        for start in Swift.stride(from: 0, to: lanes.count, by: group) {
            let members = lanes[start..<min(start + group, lanes.count)]
            guard let worst = members.min(by: { state(of: $0).rawValue < state(of: $1).rawValue }) else { continue }
            let condition = state(of: worst)
            var style = scene.theme[condition]
            if members.contains(where: { $0.worker == scene.model.selected }) { style = style.with(.underline) }
            canvas.write(String(mark(of: worst, condition)), at: Position(x, room.y), style)
            x += 1
        }
        guard !scene.layout.isStateLine else { return }
        let left = room.maxX - x - 2
        if left >= 12 { canvas.draw([], [Fact(tally, rank: 0)], in: Rect(x + 2, room.y, left, 1)) }
    }

    private func state(of lane: LaneView) -> Condition { Condition(lane, health: scene.overview.health) }

    private func mark(of lane: LaneView, _ condition: Condition) -> Character {
        guard condition == .run, lane.share > 0 else { return condition.letter }
        return Character(Unicode.Scalar(UInt8(48 + min(9, lane.settled * 10 / lane.share))))
    }

    /// How many workers are in which state.
    private var tally: Phrase {
        var counts = [Int](repeating: 0, count: Condition.allCases.count)
        for lane in scene.overview.lanes { counts[state(of: lane).rawValue] += 1 }
        var phrase = Phrase()
        for condition in Condition.allCases where counts[condition.rawValue] > 0 {
            let text = "\(condition.word.lowercased()) \(counts[condition.rawValue])"
            phrase.add(Phrase(text, scene.theme[condition]), after: 2)
        }
        return phrase
    }
}
