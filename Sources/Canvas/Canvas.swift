/// A grid of cells that views draw on and displays show.
///
/// What is drawn outside of it, or outside of the clip, has no effect.
package struct Canvas: Sendable, Hashable {
    package let size: Size
    package let glyphs: Profile.Glyphs
    /// Row after row from the top left, `size.width * size.height` of them.
    package private(set) var cells: [Cell]
    /// Where the terminal's cursor waits, unseen: the place that screen readers and braille lines follow.
    package var cursor: Position?

    package init(_ size: Size, glyphs: Profile.Glyphs) {
        self.size = size
        self.glyphs = glyphs
        cells = Array(repeating: Cell(), count: max(0, size.width) * max(0, size.height))
    }
}
