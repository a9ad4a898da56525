/// One character cell.
package struct Cell: Sendable, Hashable {
    /// What stands in it; empty in the second half of a wide character.
    package var text: Character?
    package var style: Style

    package init(_ text: Character? = " ", _ style: Style = .plain) {
        self.text = text
        self.style = style
    }
}
