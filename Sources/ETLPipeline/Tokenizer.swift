/// Cuts text into lower-case terms, in any script.
///
/// Words are runs of letters, digits and marks. Scripts that write no spaces (Chinese, Japanese, Thai and their
/// neighbours) give overlapping pairs of characters, the usual stand-in for words where no dictionary is at hand.
package enum Tokenizer {
    /// Calls `body` with each term in order until it returns false.
    package static func forEachTerm(in text: some StringProtocol, _ body: (String) -> Bool) {
        var word = String.UnicodeScalarView()
        var unspaced: [Unicode.Scalar] = []
        // An apostrophe inside a word ends it, so that l'état and it's give the word that matters and a short rest.
        for scalar in text.unicodeScalars {
            if isUnspaced(scalar) {
                if !word.isEmpty {
                    guard body(String(word)) else { return }
                    word.removeAll(keepingCapacity: true)
                }
                unspaced.append(scalar)
                continue
            }
            if !unspaced.isEmpty {
                guard emitPairs(unspaced, body) else { return }
                unspaced.removeAll(keepingCapacity: true)
            }
            if isWordScalar(scalar) {
                appendLowercase(scalar, to: &word)
            } else if !word.isEmpty {
                guard body(String(word)) else { return }
                word.removeAll(keepingCapacity: true)
            }
        }
        if !word.isEmpty {
            _ = body(String(word))
        } else if !unspaced.isEmpty {
            _ = emitPairs(unspaced, body)
        }
    }

    /// At most `limit` terms of the text, in order.
    package static func terms(in text: some StringProtocol, limit: Int = .max) -> [String] {
        var terms: [String] = []
        forEachTerm(in: text) { term in
            guard terms.count < limit else { return false }
            terms.append(term)
            return true
        }
        return terms
    }

    /// The terms that carry meaning in `language`: no stop words, no single letters, no numbers of one or two digits.
    package static func contentTerms(in text: some StringProtocol, language: String?, limit: Int = .max) -> [String] {
        let stopWords = StopWords.words(for: language)
        var terms: [String] = []
        forEachTerm(in: text) { term in
            guard terms.count < limit else { return false }
            if carriesMeaning(term), !stopWords.contains(term) { terms.append(term) }
            return true
        }
        return terms
    }

    private static func carriesMeaning(_ term: String) -> Bool {
        let utf8 = term.utf8
        if utf8.count >= 3 { return true }
        // Two ASCII letters (EU, UN) may mean something; one letter and small numbers don't.
        return utf8.count == 2 && !utf8.contains { $0 >= 48 && $0 <= 57 }
    }

    private static func emitPairs(_ scalars: [Unicode.Scalar], _ body: (String) -> Bool) -> Bool {
        guard scalars.count > 1 else { return body(String(String.UnicodeScalarView(scalars))) }
        for place in 1..<scalars.count {
            var pair = String.UnicodeScalarView()
            pair.append(scalars[place - 1])
            pair.append(scalars[place])
            guard body(String(pair)) else { return false }
        }
        return true
    }

    private static func appendLowercase(_ scalar: Unicode.Scalar, to word: inout String.UnicodeScalarView) {
        switch scalar.value {
        case 0x41...0x5A:
            word.append(Unicode.Scalar(UInt8(scalar.value) + 32))
        case ..<0x80:
            word.append(scalar)
        default:
            word.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
        }
    }

    private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: return true
        case ..<0xAA: return false
        default: break
        }
        let properties = scalar.properties
        if properties.isAlphabetic { return true }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .decimalNumber: return true
        default: return false
        }
    }

    /// Whether the character belongs to a script that writes words without spaces between them.
    static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0x0E00: false
        case 0x0E01...0x0E3A, 0x0E40...0x0E4E, 0x0E80...0x0EFF: true  // Thai, Lao
        case 0x1000...0x109F, 0x1780...0x17D3: true  // Myanmar, Khmer
        case 0x3005...0x3007, 0x3041...0x3096, 0x30A1...0x30FA, 0x30FC: true  // marks, kana
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3134F: true  // Han
        default: false
        }
    }
}
