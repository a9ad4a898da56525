/// Cuts text into sentences by punctuation, in any script.
///
/// A line break always ends a sentence. Full stops of scripts without spaces end one where they stand; those of other
/// scripts only before white space, and not after an abbreviation, an initial or an ordinal, nor before a lower-case
/// word.
package enum SentenceSplitter {
    /// The sentences in order, white space inside them reduced to single spaces, none empty.
    package static func sentences(in text: String) -> [String] {
        var sentences: [String] = []
        for line in text.unicodeScalars.split(whereSeparator: lineBreaks.contains) {
            split(line: Array(line), into: &sentences)
        }
        return sentences
    }

    private static func split(line: [Unicode.Scalar], into sentences: inout [String]) {
        var start = 0
        var place = 0
        while place < line.count {
            let scalar = line[place]
            let ends = closingTerminators.contains(scalar)
            guard ends || spacedTerminators.contains(scalar) else {
                place += 1
                continue
            }
            // A run such as ?!.. or 。」 belongs to the sentence, with the quotes and brackets that close after it.
            var after = place + 1
            while after < line.count, isTerminator(line[after]) || closers.contains(line[after]) { after += 1 }
            if ends || isEnd(of: line, start: start, terminator: place, after: after) {
                append(line[start..<after], to: &sentences)
                start = after
            }
            place = after
        }
        append(line[start...], to: &sentences)
    }

    /// Whether the sentence that began at `start` ends with the terminator at `terminator`.
    private static func isEnd(of line: [Unicode.Scalar], start: Int, terminator: Int, after: Int) -> Bool {
        guard after < line.count else { return true }
        guard line[after].properties.isWhitespace else { return false }
        guard let next = line[after...].firstIndex(where: { !$0.properties.isWhitespace && !openers.contains($0) })
        else { return true }
        if line[next].properties.isLowercase { return false }
        guard line[terminator] == ".", after == terminator + 1 else { return true }

        let word = wordBefore(terminator, in: line, from: start)
        let following = String(String.UnicodeScalarView(line[next...].prefix { $0.properties.isAlphabetic }))
        switch Abbreviations.kind(of: word) {
        case .neverLast: return false
        case .maybeLast: return Abbreviations.sentenceOpeners.contains(following.lowercased())
        case .none: break
        }
        let isOrdinal = word.utf8.count <= 2 && word.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } && !word.isEmpty
        return !(isOrdinal && Abbreviations.months.contains(following.lowercased()))
    }

    private static func wordBefore(_ place: Int, in line: [Unicode.Scalar], from start: Int) -> String {
        var begin = place
        while begin > start, !line[begin - 1].properties.isWhitespace, !openers.contains(line[begin - 1]) { begin -= 1 }
        return String(String.UnicodeScalarView(line[begin..<place]))
    }

    private static func append(_ scalars: ArraySlice<Unicode.Scalar>, to sentences: inout [String]) {
        var sentence = String.UnicodeScalarView()
        var pendingSpace = false
        for scalar in scalars {
            if scalar.properties.isWhitespace {
                pendingSpace = !sentence.isEmpty
            } else {
                if pendingSpace { sentence.append(" ") }
                pendingSpace = false
                sentence.append(scalar)
            }
        }
        if !sentence.isEmpty { sentences.append(String(sentence)) }
    }

    private static func isTerminator(_ scalar: Unicode.Scalar) -> Bool {
        spacedTerminators.contains(scalar) || closingTerminators.contains(scalar)
    }

    private static let lineBreaks: Set<Unicode.Scalar> = [
        "\n", "\r", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}",
    ]
    /// Terminators that count only before white space: Latin, Greek, Cyrillic, Arabic and Ethiopic ones.
    private static let spacedTerminators: Set<Unicode.Scalar> = [".", "!", "?", "…", "؟", "۔", "։", "።", "‼", "⁇"]
    /// Terminators that need no white space after them: Chinese, Japanese and Indic ones.
    private static let closingTerminators: Set<Unicode.Scalar> = ["。", "！", "？", "｡", "।", "॥"]
    private static let closers: Set<Unicode.Scalar> = [
        "\"", "'", "”", "’", "»", "›", ")", "]", "」", "』", "）", "】", "〉", "》",
    ]
    private static let openers: Set<Unicode.Scalar> = [
        "\"", "'", "“", "„", "‘", "‚", "«", "‹", "(", "[", "「", "『", "（", "【", "¿", "¡", "-", "–", "—",
    ]
}
