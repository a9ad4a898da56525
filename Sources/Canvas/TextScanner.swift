/// Cuts text into what cells show, see ``TextWidth`` for the rules.
struct TextScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let glyphs: Profile.Glyphs
    private var offset = 0
    /// What comes after a content that was given: the second part of what takes two.
    private var pending: CellContent?
    /// The scalar at `offset`, once somebody has looked at it.
    private var ahead: (scalar: Unicode.Scalar, length: Int, look: ScalarLook)?

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ glyphs: Profile.Glyphs) {
        self.bytes = bytes
        self.glyphs = glyphs
    }

    mutating func next() -> CellContent? {
        if let content = pending {
            pending = nil
            return content
        }
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte &- 0x20 < 0x5f {
                offset += 1
                var content = CellContent(ascii: byte)
                if byte != 0x20 { absorb(into: &content) }
                return shown(content)
            }
            let (scalar, length, look) = peek()
            advance(length)
            switch look {
            case .narrow, .wide:
                var content = CellContent(scalar, isWide: look == .wide)
                absorb(into: &content)
                return shown(content)
            case .blank: return .blank
            case .wideBlank:
                pending = .blank
                return .blank
            case .control:
                pending = CellContent(ascii: UInt8(truncatingIfNeeded: scalar.value) ^ 0x40)
                return CellContent(ascii: UInt8(ascii: "^"))
            case .flagLetter: return CellContent(ascii: UInt8(truncatingIfNeeded: scalar.value - 0x1F1E6) + 0x41)
            case .unknown, .jamo: return shown(.replacement)
            case .mark, .invisible: break
            }
        }
        return nil
    }

    /// Takes all that belongs to a character: marks, and what is joined to an emoji.
    private mutating func absorb(into content: inout CellContent) {
        var isJoined = false
        while offset < bytes.count, bytes[offset] >= 0x80 {
            let (scalar, length, look) = peek()
            switch look {
            case .mark: content.add(mark: scalar)
            case .invisible: isJoined = scalar == "\u{200D}"
            case .jamo:
                guard let syllable = Hangul.compose(content.scalar, scalar) else { return }
                content.scalar = syllable
            case .narrow, .wide:
                let isTone = scalar.properties.isEmojiModifier && content.scalar.properties.isEmojiModifierBase
                let isTail = isJoined && content.scalar.properties.isEmoji && scalar.properties.isEmoji
                guard isTone || isTail else { return }
                isJoined = false
            case .blank, .wideBlank, .control, .flagLetter, .unknown: return
            }
            advance(length)
        }
    }

    private mutating func shown(_ content: CellContent) -> CellContent {
        guard glyphs == .ascii && !content.isASCII else { return content }
        let replacement = content.shown(with: glyphs)
        if content.isWide { pending = replacement }
        return replacement
    }

    private mutating func advance(_ length: Int) {
        offset += length
        ahead = nil
    }

    private mutating func peek() -> (scalar: Unicode.Scalar, length: Int, look: ScalarLook) {
        if let ahead { return ahead }
        let (scalar, length) = decode()
        let found = (scalar, length, ScalarLook(scalar))
        ahead = found
        return found
    }

    /// The scalar at `offset`; the bytes are those of a string, so they are valid.
    private func decode() -> (Unicode.Scalar, Int) {
        let first = UInt32(bytes[offset])
        func tail(_ position: Int) -> UInt32 {
            offset + position < bytes.count ? UInt32(bytes[offset + position] & 0x3f) : 0
        }
        let (value, length): (UInt32, Int) =
            switch first {
            case ..<0x80: (first, 1)
            case ..<0xe0: ((first & 0x1f) << 6 | tail(1), 2)
            case ..<0xf0: ((first & 0x0f) << 12 | tail(1) << 6 | tail(2), 3)
            default: ((first & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4)
            }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
    }
}

/// Syllables of Korean, which some systems write as two or three scalars that terminals show apart.
///
/// The arithmetic is that of the Unicode Standard, section 3.12.
private enum Hangul {
    static func compose(_ base: Unicode.Scalar, _ jamo: Unicode.Scalar) -> Unicode.Scalar? {
        switch (base.value, jamo.value) {
        case (0x1100...0x1112, 0x1161...0x1175):
            Unicode.Scalar(0xAC00 + ((base.value - 0x1100) * 21 + jamo.value - 0x1161) * 28)
        case (0xAC00...0xD7A3, 0x11A8...0x11C2) where (base.value - 0xAC00) % 28 == 0:
            Unicode.Scalar(base.value + jamo.value - 0x11A7)
        default: nil
        }
    }
}
