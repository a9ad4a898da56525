/// Gives every article a summary of its own sentences.
package struct SummariseStage: Stage {
    package let name = "summarise"
    private let summariser = Summariser()

    package init() {}

    @concurrent
    package func run(_ state: FlashpointState, _ context: StageContext) async throws -> FlashpointState {
        var state = state
        for place in state.articles.indices {
            try Task.checkCancellation()
            let article = state.articles[place]
            state.articles[place].summary = try summariser.summary(
                of: article.text,
                title: article.title,
                language: article.language
            )
            context.progress(place + 1, of: state.articles.count)
        }
        return state
    }
}
