import ETLPipeline
import Flashpoints
import Testing

@Suite(.timeLimit(.minutes(5))) struct ClusterStageTests {
    /// Runs the stages after the extraction on texts as they stand.
    private func clusters(of tellings: [Stories.Telling]) async throws -> [NewsCluster] {
        let date = try #require(NewsDate("2025-01-01"))
        var state = FlashpointState(Flashpoint(id: "fp"), date: date, cleanup: true)
        state.articles = tellings.map { telling in
            FeedArticle(
                url: "http://\(telling.name).example/",
                domain: "\(telling.name).example",
                title: telling.title,
                text: telling.text,
                language: Language.guess(telling.text),
                image: "http://\(telling.name).example/i.jpg"
            )
        }
        for stage in [SummariseStage(), VectoriseStage(), ClusterStage()] as [any Stage] {
            state = try await stage.run(state, StageContext(stage: stage.name) { _ in })
        }
        return state.clusters
    }

    private func names(_ cluster: NewsCluster) -> Set<String> {
        Set(cluster.urls.map { String($0.dropFirst("http://".count).prefix { $0 != "." }) })
    }

    @Test("articles of one story come together, stories stay apart")
    func twoStories() async throws {
        let clusters = try await clusters(of: Stories.all)
        #expect(clusters.map(names) == [Set(Stories.dam.map(\.name)), Set(Stories.bank.map(\.name)), ["presa-1"]])
        #expect(clusters.map(\.articleCount) == [4, 3, 1])
        #expect(clusters.map(\.clusterID) == ["fp-1", "fp-2", "fp-3"])
        #expect(clusters.map(\.languages) == [["en"], ["en"], ["es"]])
        #expect(clusters[1].topDomains.sorted() == ["bank-1.example", "bank-2.example", "bank-3.example"])
        #expect(clusters[2].images == ["http://presa-1.example/i.jpg"])
    }

    @Test("a summary is made of sentences of its own story and of bounded length")
    func summaries() async throws {
        let clusters = try await clusters(of: Stories.all)
        for (cluster, tellings) in zip(clusters, [Stories.dam, Stories.bank, [Stories.spanish]]) {
            let sentences = SentenceSplitter.sentences(in: cluster.summary)
            #expect((2...4).contains(sentences.count))
            #expect(sentences.allSatisfy { sentence in tellings.contains { $0.text.contains(sentence) } })
        }
        #expect(clusters[0].summary.contains("Orvane"))
    }

    @Test("the same articles give the same clusters on every run")
    func determinism() async throws {
        let first = try await clusters(of: Stories.all)
        for _ in 0..<5 { #expect(try await clusters(of: Stories.all) == first) }
    }

    @Test("one article is one cluster, none are none")
    func few() async throws {
        #expect(try await clusters(of: []).isEmpty)
        #expect(try await clusters(of: [Stories.spanish]).map(\.articleCount) == [1])
    }
}

@Suite struct SummariserTests {
    @Test("two or three sentences of the text, in its order, the telling ones")
    func picks() throws {
        let telling = Stories.dam[0]
        let summary = try Summariser().summary(of: telling.text, title: telling.title, language: "en")
        let sentences = SentenceSplitter.sentences(in: telling.text)
        let places = try summary.map { try #require(sentences.firstIndex(of: $0)) }
        #expect(places == places.sorted())
        #expect(summary.count == 2)
        #expect(places.first == 0)
    }

    @Test("a sentence that repeats another is passed over")
    func repetition() throws {
        let lead = "The council of Pellin closed the old bridge over the river Anse on Friday."
        let again = "On Friday the council of Pellin closed the old bridge over the river Anse."
        let other = "Farmers on the far bank now drive forty kilometres to reach their fields."
        let summary = try Summariser().summary(
            of: [lead, again, other].joined(separator: " "),
            title: "",
            language: "en"
        )
        #expect(summary == [lead, other])
    }

    @Test("a text without full stops is cut, an empty one has no summary")
    func shapeless() throws {
        let summary = try Summariser().summary(of: String(repeating: "word ", count: 400), title: "", language: nil)
        #expect(summary.count == 1)
        #expect(summary[0].count <= 301)
        #expect(summary[0].hasSuffix("word…"))
        #expect(try Summariser().summary(of: " ", title: "x", language: nil).isEmpty)
    }

    @Test("sentences are joined as their script does")
    func joining() {
        #expect(Summariser.joined(["One.", "Two."]) == "One. Two.")
        #expect(Summariser.joined(["一。", "二。"]) == "一。二。")
    }
}
