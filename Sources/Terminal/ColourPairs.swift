import Canvas

/// Which attributes and which colour pair show a style, on a terminal with so many colours.
///
/// Pairs are made when they are first needed; a terminal has a limited number of them.
struct ColourPairs {
    /// What a style comes to.
    struct Look {
        var attributes: Attributes
        var pair: Int32
    }

    private struct Colours: Hashable {
        var foreground: Int32
        var background: Int32
    }

    private let depth: Profile.Depth
    private let limit: Int32
    /// Whether the terminal's own colours can be asked for; white on black stands for them otherwise.
    private let hasStandard: Bool
    private let define: (_ pair: Int32, _ foreground: Int32, _ background: Int32) -> Bool
    private var pairs: [Colours: Int32] = [:]
    private var looks: [Style: Look] = [:]

    /// - Parameters:
    ///   - limit: How many pairs there are, pair 0 included.
    ///   - define: Gives a pair its colours.
    init(
        depth: Profile.Depth,
        limit: Int,
        hasStandard: Bool,
        define: @escaping (_ pair: Int32, _ foreground: Int32, _ background: Int32) -> Bool
    ) {
        self.depth = depth
        self.limit = Int32(clamping: limit)
        self.hasStandard = hasStandard
        self.define = define
    }

    mutating func look(of style: Style) -> Look {
        if let look = looks[style] { return look }
        var look = Look(attributes: style.attributes, pair: 0)
        if depth != .mono {
            let foreground = Palette.nearest(to: style.foreground, in: depth)
            if foreground.isBright { look.attributes.insert(.bold) }
            let background = Palette.nearest(to: style.background, in: depth)
            look.pair = pair(Colours(foreground: foreground.index, background: background.index))
        }
        looks[style] = look
        return look
    }

    private mutating func pair(_ colours: Colours) -> Int32 {
        if colours.foreground < 0, colours.background < 0 { return 0 }
        if let pair = pairs[colours] { return pair }
        let next = Int32(pairs.count + 1)
        let foreground = colours.foreground < 0 && !hasStandard ? 7 : colours.foreground
        let background = colours.background < 0 && !hasStandard ? 0 : colours.background
        if next < limit, define(next, foreground, background) {
            pairs[colours] = next
            return next
        }
        // None is left: the text's colour says more than what is behind it.
        return pairs[Colours(foreground: colours.foreground, background: -1)] ?? 0
    }
}

/// The colours that a terminal's numbers stand for.
enum Palette {
    /// The colour to use for one that a terminal may not have.
    static func nearest(to colour: Colour, in depth: Profile.Depth) -> (index: Int32, isBright: Bool) {
        let index = Int32(colour.index)
        if index < 0 || index < Int32(depth.rawValue) { return (index, false) }
        let standard = index < 16 ? index : nearestStandard(to: levels(of: index))
        if standard < Int32(depth.rawValue) { return (standard, false) }
        // Bright colours are bold ones where there are eight.
        return (standard - 8, true)
    }

    /// Red, green and blue of the 256 colours that xterm has from 16 on, and nearly all others with it.
    static func levels(of index: Int32) -> [Int32] {
        if index >= 232 { return Array(repeating: 8 + 10 * (index - 232), count: 3) }
        let cube = index - 16
        return [cube / 36, cube / 6 % 6, cube % 6].map { $0 == 0 ? 0 : 55 + 40 * $0 }
    }

    private static func nearestStandard(to levels: [Int32]) -> Int32 {
        let distances = (Int32(0)..<16).map { index -> (Int32, Int32) in
            let full: Int32 = index == 7 ? 229 : index < 8 ? 205 : 255
            let standard = (Int32(0)..<3).map { bit -> Int32 in
                if index == 8 { return 127 }
                return index >> bit & 1 == 1 ? full : 0
            }
            return (index, zip(levels, standard).map { ($0 - $1) * ($0 - $1) }.reduce(0, +))
        }
        return distances.min { $0.1 < $1.1 }?.0 ?? 7
    }
}
