/// What bounds the work on one flashpoint, in time, memory and traffic.
package struct PipelineLimits: Sendable, Hashable {
    /// The whole flashpoint: `REQUEST_TIMEOUT`.
    package var request: Duration = .seconds(7200)
    /// Fetching and extracting all its feeds: `SCRAPE_TIMEOUT_S`.
    package var scrape: Duration = .seconds(3600)
    /// One page from its first request to its last byte, redirects and retries included: `NAVIGATION_TIMEOUT_S`.
    package var navigation: Duration = .seconds(1800)
    /// Feeds fetched at the same time.
    package var concurrency = 8
    /// Bytes of one page after decompression; a longer page is dropped as `too large`.
    package var pageBytes = 10_000_000
    /// Redirects followed for one page.
    package var redirects = 5
    /// Further tries of a page after a failure that may go away.
    package var retries = 2
    /// Feeds of one flashpoint that are looked at; later ones are dropped as `too many feeds`.
    ///
    /// Clustering takes time and memory by the square of it: at 2,000 some 16 MB.
    package var feeds = 2000
    /// UTF-8 bytes of one article's text that are analysed; the rest of a longer one is left out.
    package var articleBytes = 65_536

    package init() {}
}
