/// What a scalar needs on a screen.
enum ScalarLook {
    case narrow
    case wide
    /// White space of whatever width and direction.
    case blank
    case wideBlank
    /// One of ASCII's.
    case control
    /// Goes on the character before it.
    case mark
    /// A vowel or final consonant of a Korean syllable.
    case jamo
    /// Half of a flag.
    case flagLetter
    /// Joiners, variation selectors, bidirectional controls, enclosing marks, tags, fillers.
    case invisible
    /// Nobody knows its width: unassigned, or of private use.
    case unknown

    init(_ scalar: Unicode.Scalar) {
        // The blocks that most text is made of need no look at Unicode's tables.
        switch scalar.value {
        case 0x09...0x0d, 0x85: self = .blank
        case ..<0x20, 0x7f: self = .control
        case ..<0x7f: self = scalar == " " ? .blank : .narrow
        case ..<0xa0: self = .unknown
        case 0xa1...0xac, 0xae...0x2ff, 0x391...0x3a1, 0x3a3...0x482, 0x5d0...0x5ea, 0x620...0x64a, 0x904...0x939,
            0xe01...0xe30, 0xe32...0xe33, 0x2010...0x2027, 0x2190...0x2319, 0x2500...0x25fc:
            self = .narrow
        case 0x300...0x34e, 0x591...0x5bd, 0x64b...0x65f, 0xe34...0xe3a, 0xe47...0xe4e: self = .mark
        case 0x3041...0x3096, 0x30a0...0x30ff, 0x4e00...0x9fff, 0xac00...0xd7a3, 0x1f400...0x1f43e, 0x1f600...0x1f64f:
            self = .wide
        case 0x1160...0x11ff: self = .jamo
        case 0xd7b0...0xd7ff: self = .unknown
        case 0x1f1e6...0x1f1ff: self = .flagLetter
        case 0x3000: self = .wideBlank
        default: self = Self.byProperties(of: scalar)
        }
    }

    private static func byProperties(of scalar: Unicode.Scalar) -> ScalarLook {
        let properties = scalar.properties
        if properties.isDefaultIgnorableCodePoint { return .invisible }
        switch properties.generalCategory {
        case .nonspacingMark: return .mark
        case .enclosingMark, .format: return .invisible
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: return .blank
        case .unassigned, .privateUse, .surrogate, .control: return .unknown
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .spacingMark,
            .decimalNumber, .letterNumber, .otherNumber, .connectorPunctuation, .dashPunctuation, .openPunctuation,
            .closePunctuation, .initialPunctuation, .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol,
            .modifierSymbol, .otherSymbol:
            return isWide(scalar.value) || properties.isEmojiPresentation ? .wide : .narrow
        @unknown default: return .unknown
        }
    }

    /// East Asian Width W and F of UAX 11, which the standard library doesn't know; without the emoji, which it does.
    ///
    /// Ranges go across what is not assigned in between.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x3247, 0x3250...0xa4c6, 0xa960...0xa97c,
            0xac00...0xd7a3,
            0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6b, 0xff01...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18d08,
            0x1aff0...0x1b2fb, 0x1d300...0x1d376, 0x1f200...0x1f265, 0x20000...0x3fffd:
            true
        default: false
        }
    }
}
