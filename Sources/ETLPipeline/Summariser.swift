/// Picks the sentences of an article that tell most of it.
///
/// A sentence scores by its likeness to the whole text (cosine to the centroid of the TF-IDF vectors of all sentences),
/// by standing early, and by sharing words with the headline. A sentence much like one already picked is passed over.
package struct Summariser: Sendable {
    /// Sentences picked from a text of at least ``longText`` sentences; one less from a shorter one.
    package var sentenceCount = 3
    /// Sentences from which on a text counts as long.
    package var longText = 8
    /// Cosine from which on a sentence repeats another.
    package var repetition = 0.6
    /// Sentences looked at, from the beginning.
    package var sentenceLimit = 400

    package init() {}

    /// The picked sentences in the order of the text; empty only for a text without a word.
    ///
    /// - Throws: `CancellationError` when cancelled.
    package func summary(of text: String, title: String, language: String?) throws -> [String] {
        let sentences = Array(SentenceSplitter.sentences(in: text).prefix(sentenceLimit))
        let candidates = sentences.filter(isReadable)
        guard !candidates.isEmpty else {
            return sentences.first.map { [Self.shortened($0)] } ?? []
        }
        let terms = candidates.map { Tokenizer.contentTerms(in: $0, language: language) }
        let vectors = try TermVectorizer().vectors(
            for: terms.map { terms in
                var counts: [String: Double] = [:]
                counts.count(terms)
                return counts
            }
        )
        let centroid = SparseVector.sum(vectors).normalised
        let likeness = vectors.map { $0.dot(centroid) }
        let greatest = max(likeness.max() ?? 0, .leastNonzeroMagnitude)
        let titleTerms = Set(Tokenizer.contentTerms(in: title, language: language))
        let scores = candidates.indices.map { place in
            let overlap =
                titleTerms.isEmpty
                ? 0 : Double(titleTerms.intersection(terms[place]).count) / Double(titleTerms.count)
            return likeness[place] / greatest + 0.6 / Double(place + 1) + 0.5 * overlap
        }
        let ranked = candidates.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
        let wanted = candidates.count >= longText ? sentenceCount : sentenceCount - 1
        var picked: [Int] = []
        for place in ranked where picked.count < wanted {
            if picked.allSatisfy({ vectors[$0].dot(vectors[place]) < repetition }) { picked.append(place) }
        }
        return picked.sorted().map { candidates[$0] }
    }

    /// Joins sentences the way their script does: with spaces, or without after a full-width stop.
    package static func joined(_ sentences: [String]) -> String {
        sentences.reduce(into: "") { text, sentence in
            if let last = text.unicodeScalars.last, !fullWidthEnds.contains(last) { text += " " }
            text += sentence
        }
    }

    /// Neither a stub such as a by-line nor a list that lost its full stops.
    private func isReadable(_ sentence: String) -> Bool {
        let length = sentence.unicodeScalars.count
        if sentence.unicodeScalars.contains(where: Tokenizer.isUnspaced) { return length >= 8 && length <= 250 }
        return length >= 25 && length <= 600
    }

    /// The first 300 characters, cut after a word and marked as cut.
    private static func shortened(_ sentence: String) -> String {
        guard sentence.count > 300 else { return sentence }
        let head = sentence.prefix(300)
        let end = head.lastIndex(of: " ") ?? head.endIndex
        return head[..<end] + "…"
    }

    private static let fullWidthEnds: Set<Unicode.Scalar> = ["。", "！", "？", "」", "』", "）"]
}
