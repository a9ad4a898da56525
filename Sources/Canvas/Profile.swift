/// What a display can show.
package struct Profile: Sendable, Hashable {
    /// Which characters there are for lines, bars and marks.
    package enum Glyphs: Sendable, Hashable, CaseIterable {
        case unicode
        case ascii
    }

    /// How many colours there are.
    package enum Depth: Int, Sendable, Hashable, CaseIterable, Comparable {
        /// None: bold, underline and reverse only.
        case mono = 0
        case eight = 8
        case sixteen = 16
        case palette = 256

        package static func < (left: Depth, right: Depth) -> Bool { left.rawValue < right.rawValue }
    }

    /// What the text stands on.
    package enum Background: Sendable, Hashable, CaseIterable {
        case dark
        case light
        /// Nobody said: only colours that can be read on both.
        case unknown
    }

    package var glyphs: Glyphs
    package var depth: Depth
    package var background: Background

    package init(glyphs: Glyphs = .unicode, depth: Depth = .palette, background: Background = .unknown) {
        self.glyphs = glyphs
        self.depth = depth
        self.background = background
    }
}
