/// The keys that terminals' sequences mean: xterm and all who follow it, rxvt, the Linux console.
enum KeySequence {
    /// A key told by one byte below 32, or by 127.
    static func controlCharacter(_ byte: UInt8) -> Key {
        switch byte {
        case 0x09: Key(.tab)
        case 0x0a, 0x0d: Key(.enter)
        case 0x08, 0x7f: Key(.backspace)
        case 0x1b: Key(.escape)
        case 0x00: .control(" ")
        case 0x01...0x1a: .control(Character(Unicode.Scalar(byte + 0x60)))
        default: .control(Character(Unicode.Scalar(byte + 0x40)))
        }
    }

    /// After `ESC [ [`.
    static func linuxFunction(_ byte: UInt8) -> Key? {
        byte >= 0x41 && byte <= 0x45 ? Key(.function(Int(byte) - 0x40)) : nil
    }

    /// After `ESC O`: an optional modifier, and what the key is.
    static func functionKey(_ body: ArraySlice<UInt8>) -> Key? {
        guard let final = body.last, let numbers = numbers(body.dropLast()) else { return nil }
        let modifiers = modifierSet(numbers.last)
        switch final {
        case 0x41...0x44, 0x46, 0x48, 0x50...0x53: return named(final).map { Key($0, modifiers) }
        case 0x4d: return Key(.enter, modifiers)
        case 0x49: return Key(.tab, modifiers)
        // rxvt's arrows with Control.
        case 0x61...0x64: return named(final - 0x20).map { Key($0, .control) }
        // The keypad: the characters that stand on its keys.
        case 0x6a...0x79: return Key(.character(Character(Unicode.Scalar(final - 0x40))), modifiers)
        case 0x58: return Key(.character("="), modifiers)
        case 0x20: return Key(.character(" "), modifiers)
        default: return nil
        }
    }

    /// After `ESC [`, the last byte included.
    static func control(_ body: ArraySlice<UInt8>) -> Key? {
        guard let final = body.last, let numbers = numbers(body.dropLast()) else { return nil }
        switch final {
        case 0x41...0x44, 0x46, 0x48, 0x50...0x53:
            // `1;5A`, and `5A` of terminals before there was the first number.
            return named(final).map { Key($0, modifierSet(numbers.count > 1 ? numbers[1] : numbers.last)) }
        case 0x5a: return Key(.tab, .shift)
        // rxvt's arrows with Shift.
        case 0x61...0x64: return named(final - 0x20).map { Key($0, .shift) }
        case 0x7e:
            if numbers.first == 27, numbers.count == 3 { return typed(numbers[2], modifierSet(numbers[1])) }
            return numbered(numbers.first).map { Key($0, modifierSet(numbers.count > 1 ? numbers[1] : nil)) }
        // rxvt's way to tell modifiers.
        case 0x24: return numbered(numbers.first).map { Key($0, .shift) }
        case 0x5e: return numbered(numbers.first).map { Key($0, .control) }
        case 0x40: return numbered(numbers.first).map { Key($0, [.shift, .control]) }
        case 0x75: return numbers.first.flatMap { typed($0, modifierSet(numbers.count > 1 ? numbers[1] : nil)) }
        default: return nil
        }
    }

    private static func named(_ final: UInt8) -> Key.Code? {
        switch final {
        case 0x41: .up
        case 0x42: .down
        case 0x43: .right
        case 0x44: .left
        case 0x46: .end
        case 0x48: .home
        case 0x50...0x53: .function(Int(final) - 0x4f)
        default: nil
        }
    }

    private static func numbered(_ number: Int?) -> Key.Code? {
        switch number {
        case 1, 7: .home
        case 2: .insert
        case 3: .delete
        case 4, 8: .end
        case 5: .pageUp
        case 6: .pageDown
        case .some(let number) where number >= 11 && number <= 15: .function(number - 10)
        case .some(let number) where number >= 17 && number <= 21: .function(number - 11)
        case .some(let number) where number >= 23 && number <= 26: .function(number - 12)
        case .some(let number) where number >= 28 && number <= 29: .function(number - 13)
        case .some(let number) where number >= 31 && number <= 34: .function(number - 14)
        default: nil
        }
    }

    /// A key told by its character's number, as terminals do that were asked to tell all modifiers.
    private static func typed(_ code: Int, _ modifiers: Key.Modifiers) -> Key? {
        switch code {
        case 9: return Key(.tab, modifiers)
        case 13: return Key(.enter, modifiers)
        case 27: return Key(.escape, modifiers)
        case 8, 127: return Key(.backspace, modifiers)
        default:
            // Kitty numbers keys without a character from the private use area.
            guard code >= 0x20, !(0xE000...0xF8FF ~= code), !(0x7f..<0xa0 ~= code), let scalar = Unicode.Scalar(code)
            else { return nil }
            let character = Character(scalar)
            guard modifiers.contains(.shift) else { return Key(.character(character), modifiers) }
            let isLetter = character.isASCII && character.isLowercase && !modifiers.contains(.control)
            let shifted = isLetter ? Character(character.uppercased()) : character
            return Key(.character(shifted), modifiers.subtracting(.shift))
        }
    }

    private static func modifierSet(_ number: Int?) -> Key.Modifiers {
        guard let number, number > 1, number <= 256 else { return [] }
        let bits = number - 1
        var modifiers: Key.Modifiers = []
        if bits & 1 != 0 { modifiers.insert(.shift) }
        if bits & (2 | 8 | 32) != 0 { modifiers.insert(.alt) }
        if bits & 4 != 0 { modifiers.insert(.control) }
        return modifiers
    }

    /// The numbers between semicolons.
    ///
    /// - Returns: `nil` where there is something else among them, or where the key is told to have been let go.
    static func numbers(_ bytes: ArraySlice<UInt8>) -> [Int]? {
        var numbers: [Int] = []
        for field in bytes.split(separator: 0x3b, omittingEmptySubsequences: false) {
            let parts = field.split(separator: 0x3a, omittingEmptySubsequences: false)
            guard let number = Self.number(parts.first ?? []) else { return nil }
            if parts.count > 1 && numbers.count == 1 && Self.number(parts[1]) == 3 { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var number = 0
        for digit in digits {
            guard digit >= 0x30 && digit <= 0x39 else { return nil }
            number = min(number * 10 + Int(digit) - 0x30, 0x11_0000)
        }
        return number
    }
}
