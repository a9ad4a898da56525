/// The text that a page's structured data gives for its article, to be looked up by runs of words.
struct TextEvidence {
    private var runs: Set<Int> = []
    private static let runLength = 3
    let characters: Int

    /// Nil for a text that is too short to tell anything.
    init?(_ text: String) {
        guard text.utf8.count >= 250 else { return nil }
        runs = Set(Self.runs(of: text))
        characters = text.unicodeScalars.count
    }

    /// The share of a block's runs of words that the text has too, 0 for a block too short to tell.
    func coverage(of block: [UInt8]) -> Double {
        let own = Self.runs(of: String(decoding: block, as: UTF8.self))
        guard !own.isEmpty else { return 0 }
        return Double(own.count { runs.contains($0) }) / Double(own.count)
    }

    private static func runs(of text: String) -> [Int] {
        var words: [Int] = []
        var word = Hasher()
        var isInWord = false
        for scalar in text.unicodeScalars {
            if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                word.combine(scalar)
                isInWord = true
            } else if isInWord {
                words.append(word.finalize())
                word = Hasher()
                isInWord = false
            }
        }
        if isInWord { words.append(word.finalize()) }
        guard words.count >= runLength else { return [] }
        return (0...words.count - runLength).map { start in
            var run = Hasher()
            for word in words[start..<start + runLength] { run.combine(word) }
            return run.finalize()
        }
    }
}
