import Flashpoints

/// Gets the pages of all feeds and takes the articles out of them.
///
/// Each page is extracted as soon as it is there and then forgotten, so that memory is bounded by the pages in flight
/// and not by the number of feeds. Its seconds are entered in two parts, `fetch` and `extract`: the stage's time split
/// as all its tasks together spent theirs.
package struct ExtractStage<C: Clock>: Stage where C.Duration == Duration {
    package let name = FeedDrop.extract
    package var limit: Duration? { limits.scrape }
    private let source: any PageSource
    let limits: PipelineLimits
    private let clock: C

    package init(source: any PageSource, limits: PipelineLimits, clock: C) {
        self.source = source
        self.limits = limits
        self.clock = clock
    }

    /// Fills in articles and drops.
    ///
    /// - Throws: `Failure` when there are feeds and none is usable: permanent when every drop is, timeout when every
    ///   one is a time-out, else transient. A flashpoint without feeds passes.
    package func run(_ state: FlashpointState, _ context: StageContext) async throws -> FlashpointState {
        var state = state
        let feeds = state.flashpoint.feeds
        let begun = clock.now
        let choice = choose(feeds)
        var drops = choice.drops
        let alreadyDropped = drops.count
        let visits = try await mapConcurrently(
            choice.places,
            width: limits.concurrency,
            finished: { context.progress(alreadyDropped + $0, of: feeds.count) },
            { try await visit(feeds[$0], log: context) }
        )
        enterSeconds(
            fetching: visits.reduce(.zero) { $0 + $1.fetching },
            extracting: visits.reduce(.zero) { $0 + $1.extracting },
            wall: begun.duration(to: clock.now).inSeconds,
            into: &state
        )
        var found: [(place: Int, article: FeedArticle)] = []
        for (place, visit) in zip(choice.places, visits) {
            switch visit.outcome {
            case .success(let article): found.append((place, article))
            case .failure(let drop): drops[place] = drop
            }
        }
        found.sort { ($0.article.url, $0.place) < ($1.article.url, $1.place) }
        var fingerprints: Set<[String]> = []
        for (place, article) in found {
            if fingerprints.insert(Tokenizer.terms(in: article.text)).inserted {
                state.articles.append(article)
            } else {
                drops[place] = FeedDrop("duplicate", stage: name, detail: "the same text as another feed's")
            }
        }
        state.drops = drops.sorted { $0.key < $1.key }.map(\.value)
        if state.articles.isEmpty, !feeds.isEmpty { throw failure(state.drops) }
        return state
    }

    /// The places of the feeds to visit, and why the others are left out: addresses that come again, and feeds beyond
    /// the limit.
    private func choose(_ feeds: [Feed]) -> (places: [Int], drops: [Int: FeedDrop]) {
        var places: [Int] = []
        var drops: [Int: FeedDrop] = [:]
        var seen: Set<String> = []
        for (place, feed) in feeds.enumerated() {
            if place >= limits.feeds {
                drops[place] = FeedDrop("too many feeds", stage: FeedDrop.fetch)
            } else if seen.insert(String(feed.url.prefix { $0 != "#" })).inserted {
                places.append(place)
            } else {
                drops[place] = FeedDrop("duplicate url", stage: FeedDrop.fetch)
            }
        }
        return (places, drops)
    }

    private struct Visit: Sendable {
        var outcome: Result<FeedArticle, FeedDrop>
        var fetching: Duration
        var extracting: Duration
    }

    private func visit(_ feed: Feed, log: StageContext) async throws -> Visit {
        let begun = clock.now
        var fetched = begun
        let outcome: Result<FeedArticle, FeedDrop>
        do {
            let page = try await source.page(for: feed)
            fetched = clock.now
            outcome = try await article(on: page, of: feed)
        } catch let drop as FeedDrop {
            fetched = clock.now
            outcome = .failure(drop)
        }
        if case .failure(let drop) = outcome {
            let detail = drop.detail.isEmpty ? "" : ": \(drop.detail)"
            log.log(.debug, "feed \(shownURL(feed.url)) dropped, \(drop.reason)\(detail)")
        }
        return Visit(
            outcome: outcome,
            fetching: begun.duration(to: fetched),
            extracting: fetched.duration(to: clock.now)
        )
    }
}
