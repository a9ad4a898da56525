import Canvas

/// A few words in several styles, to be drawn on one row.
struct Phrase {
    struct Span {
        var text: String
        var style: Style
    }

    private(set) var spans: [Span] = []
    /// Cells that it takes.
    private(set) var width = 0

    init() {}

    init(_ text: String, _ style: Style = .plain) {
        add(text, style)
    }

    /// A name and its figure, such as `ok 52`.
    init(_ name: String, _ nameStyle: Style, _ figure: String, _ style: Style = .plain) {
        add(name, nameStyle)
        add(" ", nameStyle)
        add(figure, style)
    }

    var isEmpty: Bool { width == 0 }

    mutating func add(_ text: String, _ style: Style = .plain) {
        guard !text.isEmpty else { return }
        spans.append(Span(text: text, style: style))
        width += TextWidth.of(text)
    }

    mutating func add(_ phrase: Phrase, after gap: Int = 0) {
        guard !phrase.isEmpty else { return }
        if gap > 0, width > 0 { add(String(repeating: " ", count: gap)) }
        spans.append(contentsOf: phrase.spans)
        width += phrase.width
    }
}

/// A phrase that may be left out where there is no room for it.
struct Fact {
    var phrase: Phrase
    /// The ones that can be missed most have the greatest.
    var rank: Int
    /// What it shrinks to before it is left out, and the rank of that.
    var short: (phrase: Phrase, rank: Int)?

    init(_ phrase: Phrase, rank: Int, short: (phrase: Phrase, rank: Int)? = nil) {
        self.phrase = phrase
        self.rank = rank
        self.short = short
    }
}

extension Canvas {
    /// Draws a phrase, cut to so many cells.
    ///
    /// - Returns: Cells that it takes.
    @discardableResult
    mutating func draw(_ phrase: Phrase, at position: Position, width: Int) -> Int {
        var used = 0
        for span in phrase.spans where used < width {
            used += write(span.text, at: Position(position.x + used, position.y), span.style, width: width - used)
        }
        return used
    }

    /// Draws facts from the left and from the right of a row; those of the greatest rank are left out until all fit.
    ///
    /// - Parameter gap: Blanks between neighbours.
    mutating func draw(_ left: [Fact], _ right: [Fact] = [], in row: Rect, gap: Int = 2) {
        guard !row.isEmpty else { return }
        var left = left.filter { !$0.phrase.isEmpty }
        var right = right.filter { !$0.phrase.isEmpty }
        while Self.width(left, right, gap) > row.width, left.count + right.count > 1 {
            let worst = max(left.map(\.rank).max() ?? -1, right.map(\.rank).max() ?? -1)
            if let place = right.firstIndex(where: { $0.rank == worst }) {
                Self.shrink(&right, at: place)
            } else if let place = left.lastIndex(where: { $0.rank == worst }) {
                Self.shrink(&left, at: place)
            }
        }
        var x = row.x
        for fact in left {
            x += draw(fact.phrase, at: Position(x, row.y), width: row.maxX - x) + gap
        }
        x = max(x, row.maxX - Self.width(right, [], gap))
        for fact in right {
            x += draw(fact.phrase, at: Position(x, row.y), width: row.maxX - x) + gap
        }
    }

    private static func shrink(_ facts: inout [Fact], at place: Int) {
        if let short = facts[place].short {
            facts[place] = Fact(short.phrase, rank: short.rank)
        } else {
            facts.remove(at: place)
        }
    }

    private static func width(_ left: [Fact], _ right: [Fact], _ gap: Int) -> Int {
        var width = -gap
        for fact in left { width += fact.phrase.width + gap }
        for fact in right { width += fact.phrase.width + gap }
        return max(0, width)
    }
}
