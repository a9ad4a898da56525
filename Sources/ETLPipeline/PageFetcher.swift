package import Flashpoints
import FoundationEssentials
package import HTTPTransport

/// Fetches pages by HTTP and from files.
///
/// Feeds may name any host, loopback and private networks included: the batch is the operator's own, and tests, the
/// sample and feeds of an intranet need it. What a *page* says is not the operator's word, so a redirect never leads to
/// a file, nor from a public address to a local one (``AddressScope``); a public name that resolves to a local address
/// is not noticed.
package struct PageFetcher<C: Clock>: PageSource where C.Duration == Duration {
    private let transport: any HTTPSending
    private let limits: PipelineLimits
    private let clock: C
    private let jitter: @Sendable () -> Double
    private let retryPause: Duration = .milliseconds(500)
    /// The longest `Retry-After` that is waited for.
    private let longestPause: Duration = .seconds(30)

    /// Creates a fetcher; `jitter` gives numbers in 0..<1 and spreads retries.
    package init(
        transport: any HTTPSending,
        limits: PipelineLimits,
        clock: C,
        jitter: @escaping @Sendable () -> Double
    ) {
        self.transport = transport
        self.limits = limits
        self.clock = clock
        self.jitter = jitter
    }

    package func page(for feed: Feed) async throws -> Page {
        guard let url = URL(string: feed.url), let scheme = url.scheme?.lowercased() else {
            throw FeedDrop("bad url", stage: FeedDrop.fetch, detail: "no absolute URL")
        }
        switch scheme {
        case "http", "https":
            guard let host = url.host(), !host.isEmpty else {
                throw FeedDrop("bad url", stage: FeedDrop.fetch, detail: "no host")
            }
        case "file":
            break
        default:
            throw FeedDrop("scheme", stage: FeedDrop.fetch, detail: "\(scheme) is neither http, https nor file")
        }
        do {
            return try await withDeadline(limits.navigation, clock: clock) {
                if scheme == "file" {
                    return try PageFile.page(at: url, limit: limits.pageBytes)
                }
                return try await follow(url)
            }
        } catch is DeadlineExceeded {
            throw timeout()
        }
    }

    /// Gets the page at `start` or wherever redirects lead from it.
    private func follow(_ start: URL) async throws -> Page {
        let deadline = clock.now.advanced(by: limits.navigation)
        var url = start
        var visited: Set<String> = [url.absoluteString]
        for _ in 0...limits.redirects {
            let response = try await get(url, until: deadline)
            guard Self.redirectStatuses.contains(response.status) else {
                return Page(
                    body: response.body,
                    contentType: response.headers["Content-Type"],
                    url: url.absoluteString
                )
            }
            url = try target(of: response, from: url, start: start)
            guard visited.insert(url.absoluteString).inserted else {
                throw FeedDrop("redirect loop", stage: FeedDrop.fetch, detail: redactedURL(url.absoluteString))
            }
        }
        throw FeedDrop("redirects", stage: FeedDrop.fetch, detail: "more than \(limits.redirects) redirects")
    }

    private func target(of response: TransportResponse, from url: URL, start: URL) throws -> URL {
        guard let location = response.headers["Location"],
            let relative = URL(string: location, relativeTo: url),
            let target = URL(string: String(relative.absoluteString.prefix { $0 != "#" })),
            let scheme = target.scheme?.lowercased()
        else {
            throw FeedDrop("bad redirect", stage: FeedDrop.fetch, detail: "no usable Location")
        }
        guard scheme == "http" || scheme == "https", let host = target.host(), !host.isEmpty else {
            throw FeedDrop("redirect scheme", stage: FeedDrop.fetch, detail: "to \(scheme)")
        }
        if AddressScope(host: host) == .local, AddressScope(host: start.host() ?? "") == .global {
            throw FeedDrop("redirect to local address", stage: FeedDrop.fetch, detail: "to \(host)")
        }
        return target
    }

    /// One exchange, tried again where that may help; gives back only redirects and readable pages.
    private func get(_ url: URL, until deadline: C.Instant) async throws -> TransportResponse {
        var tries = 0
        while true {
            let drop: FeedDrop
            var pause = retryPause * (1 << tries) * jitter()
            do {
                let response = try await exchange(url, until: deadline)
                if response.status == 200 || Self.redirectStatuses.contains(response.status) {
                    try checkKind(of: response)
                    return response
                }
                drop = status(response.status)
                if let seconds = response.headers["Retry-After"].flatMap({ Int($0) }), seconds >= 0 {
                    pause = .seconds(min(seconds, 86_400))
                }
            } catch let failure as HTTPFailure {
                drop = self.drop(for: failure)
            }
            guard drop.kind == .transient, tries < limits.retries, pause <= longestPause else { throw drop }
            tries += 1
            try await clock.sleep(for: pause)
        }
    }

    private func exchange(_ url: URL, until deadline: C.Instant) async throws -> TransportResponse {
        let remaining = clock.now.duration(to: deadline)
        guard remaining > .zero else { throw timeout() }
        let request = TransportRequest(
            url: url.absoluteString,
            headers: [
                "User-Agent": pipelineUserAgent,
                "Accept": "text/html, application/xhtml+xml, text/plain;q=0.8, */*;q=0.1",
            ],
            deadline: remaining,
            bodyLimit: limits.pageBytes
        )
        return try await transport.send(request) { head in
            head.status == 200 && Self.isReadable(head.headers["Content-Type"])
        }
    }

    private func checkKind(of response: TransportResponse) throws {
        let type = response.headers["Content-Type"]
        guard response.status != 200 || Self.isReadable(type) else {
            throw FeedDrop("not html", stage: FeedDrop.fetch, detail: "the page is \(type ?? "")")
        }
    }

    private func status(_ status: Int) -> FeedDrop {
        let mayPass = status >= 500 || status == 429 || status == 408 || status == 425
        return FeedDrop("http \(status)", stage: FeedDrop.fetch, kind: mayPass ? .transient : .permanent)
    }

    private func drop(for failure: HTTPFailure) -> FeedDrop {
        let detail = failure.description
        return switch failure {
        case .invalidURL: FeedDrop("bad url", stage: FeedDrop.fetch, detail: detail)
        case .notSent: FeedDrop("no connection", stage: FeedDrop.fetch, kind: .transient, detail: detail)
        case .lostAnswer: FeedDrop("connection lost", stage: FeedDrop.fetch, kind: .transient, detail: detail)
        case .timedOut: timeout(detail)
        case .bodyTooLarge: FeedDrop("too large", stage: FeedDrop.fetch, detail: detail)
        }
    }

    private func timeout(_ detail: String? = nil) -> FeedDrop {
        FeedDrop(
            "timeout",
            stage: FeedDrop.fetch,
            kind: .timeout,
            detail: detail ?? "no page within \(limits.navigation) (NAVIGATION_TIMEOUT_S)"
        )
    }

    private static var redirectStatuses: Set<Int> { [301, 302, 303, 307, 308] }

    /// Whether the extraction can read it: text of any kind, XHTML, or a kind that the server does not tell.
    private static func isReadable(_ contentType: String?) -> Bool {
        guard let contentType else { return true }
        let kind = contentType.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        return kind.isEmpty || kind.hasPrefix("text/") || kind == "application/xhtml+xml" || kind == "application/xml"
            || kind == "application/octet-stream"
    }
}

/// How the pipeline introduces itself to web sites.
package let pipelineUserAgent = "etl-dash/1 (news pipeline)"
