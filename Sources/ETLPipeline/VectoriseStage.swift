/// Turns every article into a TF-IDF vector over the words of its headline and text.
package struct VectoriseStage: Stage {
    package let name = "vectorise"
    /// How much more a word counts in the headline than in the text.
    package var titleWeight = 3.0
    /// Words of the text that count, from its beginning, where news says what it is about.
    package var termLimit = 2000

    /// Characters of a word that count, so that *evacuated* and *evacuation* are one term in any language that inflects
    /// at the end.
    package var stemLength = 7

    package init() {}

    @concurrent
    package func run(_ state: FlashpointState, _ context: StageContext) async throws -> FlashpointState {
        var state = state
        var documents: [[String: Double]] = []
        documents.reserveCapacity(state.articles.count)
        for article in state.articles {
            try Task.checkCancellation()
            var counts: [String: Double] = [:]
            counts.count(stems(of: article.text, language: article.language))
            counts.count(stems(of: article.title, language: article.language), weight: titleWeight)
            documents.append(counts)
            context.progress(documents.count, of: state.articles.count)
        }
        state.vectors = try TermVectorizer().vectors(for: documents)
        return state
    }

    private func stems(of text: String, language: String?) -> [String] {
        Tokenizer.contentTerms(in: text, language: language, limit: termLimit).map { String($0.prefix(stemLength)) }
    }
}
