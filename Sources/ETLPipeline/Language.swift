/// Which language a text is written in, as far as it can be told without a model.
package enum Language {
    /// Decides between what page and feed declare and what the text itself shows.
    ///
    /// The text wins where it is clear, because templates of news sites often declare the wrong language; a declared
    /// language that we have no words of cannot be checked and is believed.
    package static func decide(declared: [String?], text: some StringProtocol) -> String? {
        let declaration = declared.lazy.compactMap { $0.flatMap(code(for:)) }.first
        if let declaration, !StopWords.languages.contains(declaration), !scriptTold.contains(declaration) {
            return declaration
        }
        return guess(text) ?? declaration
    }

    /// The lower-case code of a language tag (`pt-BR`) or an English language name (`Portuguese`).
    ///
    /// A word that is neither comes back in lower case; nil for an empty one.
    package static func code(for word: String) -> String? {
        let trimmed = word.drop { $0.isWhitespace }.prefix { !$0.isWhitespace && $0 != "," && $0 != ";" }
        guard !trimmed.isEmpty, trimmed.utf8.count <= 40 else { return nil }
        let lowered = trimmed.lowercased()
        if let code = codes[lowered] { return code }
        let primary = lowered.prefix { $0 != "-" && $0 != "_" }
        return primary.isEmpty ? nil : String(primary)
    }

    /// The language that the text's script or commonest words give away; nil when they don't.
    package static func guess(_ text: some StringProtocol) -> String? {
        let sample = Tokenizer.terms(in: text, limit: 400)
        guard sample.count >= 8 else { return nil }
        if let script = guessByScript(sample) { return script }
        var best: (language: String, hits: Int)?
        var second = 0
        for language in StopWords.languages {
            let words = StopWords.words(for: language)
            let hits = sample.count { words.contains($0) }
            if hits > best?.hits ?? 0 {
                second = best?.hits ?? 0
                best = (language, hits)
            } else {
                second = max(second, hits)
            }
        }
        guard let best, best.hits * 6 >= sample.count, best.hits * 5 >= second * 6 else { return nil }
        return best.language
    }

    /// Languages recognised by their script alone.
    private static let scriptTold: Set<String> = ["ja", "zh", "ko", "el", "he", "th", "hy", "ka"]

    private static func guessByScript(_ terms: [String]) -> String? {
        var counts: [String: Int] = [:]
        var total = 0
        for term in terms {
            for scalar in term.unicodeScalars {
                total += 1
                switch scalar.value {
                case 0x3041...0x30FF: counts["ja", default: 0] += 1
                case 0x3400...0x9FFF: counts["zh", default: 0] += 1
                case 0xAC00...0xD7A3: counts["ko", default: 0] += 1
                case 0x0370...0x03FF: counts["el", default: 0] += 1
                case 0x0590...0x05FF: counts["he", default: 0] += 1
                case 0x0E01...0x0E4E: counts["th", default: 0] += 1
                case 0x0530...0x058F: counts["hy", default: 0] += 1
                case 0x10A0...0x10FF: counts["ka", default: 0] += 1
                default: break
                }
            }
        }
        // Japanese is written in Han and kana, Chinese in Han alone.
        let han = counts["zh", default: 0]
        let kana = counts["ja", default: 0]
        if kana * 10 > han + kana, (han + kana) * 2 > total { return "ja" }
        counts["ja"] = nil
        return counts.first { $0.value * 2 > total }?.key
    }

    private static let codes: [String: String] = [
        "english": "en", "spanish": "es", "french": "fr", "german": "de", "portuguese": "pt", "italian": "it",
        "dutch": "nl", "russian": "ru", "ukrainian": "uk", "arabic": "ar", "chinese": "zh", "japanese": "ja",
        "korean": "ko", "polish": "pl", "turkish": "tr", "swedish": "sv", "norwegian": "no", "danish": "da",
        "finnish": "fi", "greek": "el", "hebrew": "he", "hindi": "hi", "thai": "th", "vietnamese": "vi",
        "indonesian": "id", "czech": "cs", "hungarian": "hu", "romanian": "ro", "bulgarian": "bg", "croatian": "hr",
        "serbian": "sr", "slovak": "sk", "slovenian": "sl", "persian": "fa", "urdu": "ur", "bengali": "bn",
        "tamil": "ta", "catalan": "ca", "albanian": "sq", "lithuanian": "lt", "latvian": "lv", "estonian": "et",
        "macedonian": "mk", "georgian": "ka", "armenian": "hy", "azerbaijani": "az", "malay": "ms",
        "eng": "en", "spa": "es", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "por": "pt", "ita": "it",
        "nld": "nl", "dut": "nl", "rus": "ru", "zho": "zh", "chi": "zh", "jpn": "ja", "kor": "ko", "ara": "ar",
    ]
}
