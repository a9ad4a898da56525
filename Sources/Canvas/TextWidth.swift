/// How many cells text takes: the same on every terminal, whatever it does with what stands in the text.
///
/// * Chinese, Japanese, Korean and emoji take 2 cells, what Unicode calls ambiguous 1.
/// * Marks go on the character before them, three at most; a mark that stands alone is left out.
/// * White space of any kind is a blank, other control characters are shown as `^X` (`U+FFFD` for those above 127).
/// * Sequences that terminals disagree about are made plain: of joined emoji, skin tones, keycaps and emoji variants the
///   first character is shown, of flags the two letters.
/// * Bidirectional controls and everything else without a look of its own is left out. Right-to-left letters stay in their
///   logical order, one cell each; which of them comes first is up to the terminal. No control of ours or of the
///   text can turn what stands beside them.
package enum TextWidth {
    /// Cells that a text takes.
    package static func of(_ text: some StringProtocol) -> Int {
        text.withUTF8Bytes { of($0) }
    }

    static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        isPlain(bytes) ? bytes.count : fit(bytes, in: .max).cells
    }

    /// Whether every byte is a character of one cell that needs no look at its neighbours.
    static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var isPlain = true
        // No early end: so it is done many bytes at a time.
        for byte in bytes { isPlain = isPlain && byte &- 0x20 < 0x5f }
        return isPlain
    }

    /// How much of a text there is room for, an ellipsis included where it doesn't fit.
    static func fit(_ bytes: UnsafeBufferPointer<UInt8>, in limit: Int) -> (cells: Int, isCut: Bool) {
        var scanner = TextScanner(bytes, .unicode)
        var (all, beforeEllipsis) = (0, 0)
        while let content = scanner.next() {
            all += content.width
            if all < limit { beforeEllipsis = all }
            if all > limit { return (beforeEllipsis, true) }
        }
        return (all, false)
    }
}

extension StringProtocol {
    /// The text as it is shown in so many cells, with an ellipsis for what there is no room for.
    package func truncated(to width: Int, glyphs: Profile.Glyphs) -> String {
        withUTF8Bytes { bytes in
            let fit = TextWidth.fit(bytes, in: Swift.max(0, width))
            var scanner = TextScanner(bytes, glyphs)
            var (text, used) = (String.UnicodeScalarView(), 0)
            while used < fit.cells, let content = scanner.next() {
                text.append(contentsOf: content.scalars)
                used += content.width
            }
            if fit.isCut && width > 0 { text.append(glyphs.ellipsis.scalar) }
            return String(text)
        }
    }

    /// The text with blanks behind it, so that it takes at least so many cells.
    package func padded(to width: Int) -> String {
        String(self) + String(repeating: " ", count: Swift.max(0, width - TextWidth.of(self)))
    }

    /// The text with blanks before it, so that it takes at least so many cells.
    package func padded(before width: Int) -> String {
        String(repeating: " ", count: Swift.max(0, width - TextWidth.of(self))) + String(self)
    }

    func withUTF8Bytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = utf8.withContiguousStorageIfAvailable(body) { return result }
        return Array(utf8).withUnsafeBufferPointer(body)
    }

    func withScanner<Result>(_ glyphs: Profile.Glyphs, _ body: (inout TextScanner) -> Result) -> Result {
        withUTF8Bytes { bytes in
            var scanner = TextScanner(bytes, glyphs)
            return body(&scanner)
        }
    }
}
