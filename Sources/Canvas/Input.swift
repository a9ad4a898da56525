/// What a display has to tell.
package enum Input: Sendable, Hashable {
    case key(Key)
    /// Text that came in one piece, without what marks it; at most 64 kB.
    case paste(String)
    case resized(Size)
    /// The display turned out to be able to show more or less than was thought.
    case profile(Profile)
    /// The terminal's window gained or lost the keyboard.
    case focus(Bool)
    /// The display was away, suspended, and is back.
    case resumed
}

/// A key that was pressed.
package struct Key: Sendable, Hashable {
    package enum Code: Sendable, Hashable {
        /// What was typed; the letter itself with Control, in lower case.
        case character(Character)
        case enter, escape, tab, backspace, delete, insert
        case up, down, left, right
        case home, end, pageUp, pageDown
        /// F1 to F24.
        case function(Int)
    }

    package struct Modifiers: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Told of keys that have no other character with it, such as Tab and the arrows.
        package static let shift = Modifiers(rawValue: 1)
        package static let alt = Modifiers(rawValue: 2)
        package static let control = Modifiers(rawValue: 4)
    }

    package var code: Code
    package var modifiers: Modifiers

    package init(_ code: Code, _ modifiers: Modifiers = []) {
        self.code = code
        self.modifiers = modifiers
    }

    /// The key of a character.
    package static func character(_ character: Character) -> Key { Key(.character(character)) }

    /// Control with a letter, such as `^L`.
    package static func control(_ letter: Character) -> Key { Key(.character(letter), .control) }
}
