import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix
import Synchronization

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Performs HTTP requests with a client of its own, set up for one purpose.
///
/// Each use has its own ``Kind`` because connections are a scarce resource of a client: many held long polls must not
/// keep a `cancel` waiting.
package struct HTTPTransport: HTTPSending {
    /// What the requests are for.
    package enum Kind: Sendable, Hashable {
        /// Long polls: HTTP/1.1 so that no server limit on streams applies, up to 400 at once to a host.
        case polls
        /// Short calls: HTTP/1.1, up to 32 at once, and connections idle for 2 s are closed, because a request written
        /// to one that the server has just closed is lost.
        case control
        /// Other people's web sites: up to 4 connections to a host, gzip and deflate undone up to `inflatedLimit`
        /// bytes.
        case fetch(inflatedLimit: Int = 64 << 20)
    }

    private let client: HTTPClient
    /// Nil where bodies are taken as they come.
    private let inflatedLimit: Int?
    private let clock: any Clock<Duration>

    /// Calls `body` with a transport, and closes all its connections afterwards, whatever happened.
    ///
    /// - Parameter clock: Measures the deadlines.
    package static func withTransport<Value: Sendable>(
        _ kind: Kind,
        clock: any Clock<Duration> = SuspendingClock(),
        _ body: (HTTPTransport) async throws -> Value
    ) async throws -> Value {
        var inflatedLimit: Int?
        if case .fetch(let limit) = kind { inflatedLimit = limit }
        return try await HTTPClient.withHTTPClient(configuration: configuration(of: kind)) { client in
            try await body(HTTPTransport(client: client, inflatedLimit: inflatedLimit, clock: clock))
        }
    }

    private static func configuration(of kind: Kind) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            // Also how long a request waits for a free connection.
            timeout: HTTPClient.Configuration.Timeout(connect: .seconds(10))
        )
        configuration.httpVersion = .http1Only
        // The client would go on connecting for 10 s and report a refused connection only then.
        configuration.connectionPool.retryConnectionEstablishment = false
        switch kind {
        case .polls:
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 400
            configuration.connectionPool.idleTimeout = .seconds(15)
        case .control:
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
            configuration.connectionPool.idleTimeout = .seconds(2)
        case .fetch(let inflatedLimit):
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 4
            configuration.connectionPool.idleTimeout = .seconds(5)
            configuration.timeout.connect = .seconds(30)
            configuration.decompression = .enabled(limit: .size(inflatedLimit))
        }
        return configuration
    }

    package func send(
        _ request: TransportRequest,
        wantsBody: @escaping @Sendable (TransportHead) -> Bool
    ) async throws -> TransportResponse {
        try Task.checkCancellation()
        let at = "\(request.method) \(redactedURL(request.url))"
        if let why = request.impediment { throw HTTPFailure.invalidURL(at: at, why: why) }
        let elapsed = clock.stopwatch()
        let progress = Exchange(request, inflatedLimit: inflatedLimit ?? 0, elapsed: elapsed)
        // The client's own deadline ends with the header of the answer, so a slow body needs this one.
        return try await withThrowingTaskGroup(of: TransportResponse?.self) { group in
            group.addTask {
                do {
                    return try await perform(request, wantsBody: wantsBody, progress: progress)
                } catch let failure as Overrun {
                    throw HTTPFailure.bodyTooLarge(at: at, limit: failure.limit)
                } catch {
                    throw progress.failure(error, at: at)
                }
            }
            group.addTask {
                // The limit may have moved on meanwhile.
                while elapsed() < progress.limit { try await clock.sleep(for: progress.limit - elapsed()) }
                return nil
            }
            defer { group.cancelAll() }
            let first: TransportResponse?
            do {
                first = try await group.next() ?? nil
            } catch {
                // A cancelled exchange fails in many ways; only the cancellation is of interest.
                try Task.checkCancellation()
                throw error
            }
            guard let first else {
                throw HTTPFailure.timedOut(at: at, progress.phase, after: progress.limit)
            }
            return first
        }
    }

    private struct Overrun: Error {
        var limit: Int
    }

    private func perform(
        _ request: TransportRequest,
        wantsBody: @Sendable (TransportHead) -> Bool,
        progress: Exchange
    ) async throws -> TransportResponse {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method)
        for field in request.headers.fields { outgoing.headers.add(name: field.name, value: field.value) }
        if inflatedLimit != nil, request.headers["Accept-Encoding"] == nil {
            outgoing.headers.add(name: "Accept-Encoding", value: "gzip, deflate")
        }
        if let body = request.body, !body.isEmpty {
            outgoing.body = .stream(
                WatchedBody(bytes: ByteBuffer(bytes: body), progress: progress),
                length: .known(Int64(body.count))
            )
        }
        let response = try await client.execute(outgoing, deadline: .distantFuture)
        progress.headCame()
        var headers = HeaderFields()
        for field in response.headers { headers.add(field.name, field.value) }
        let head = TransportHead(status: Int(response.status.code), headers: headers)
        var answer = TransportResponse(status: head.status, headers: headers)
        guard wantsBody(head) else { return answer }
        let announced = headers["Content-Length"].flatMap { Int($0) }
        if request.overflow == .fail, headers["Content-Encoding"] == nil, let announced, announced > request.bodyLimit {
            throw Overrun(limit: request.bodyLimit)
        }
        for try await piece in response.body {
            progress.pieceCame(piece.readableBytes)
            let room = request.bodyLimit - answer.body.count
            answer.body += piece.readableBytesView.prefix(room)
            if piece.readableBytes > room {
                guard request.overflow == .truncate else { throw Overrun(limit: request.bodyLimit) }
                answer.isTruncated = true
                return answer
            }
        }
        // A cancelled body may end early without an error; a complete one is worth having all the same.
        if Task.isCancelled, headers["Content-Encoding"] != nil || announced != answer.body.count {
            throw CancellationError()
        }
        return answer
    }
}

extension Clock where Duration == Swift.Duration {
    /// Tells the time that has passed since it was made.
    fileprivate func stopwatch() -> @Sendable () -> Duration {
        let start = now
        return { start.duration(to: now) }
    }
}

/// How far one exchange has come, told by the body being asked for and the answer arriving.
private final class Exchange: Sendable {
    private struct State {
        var bodyWasTaken = false
        var hasHead = false
        var limit: ExchangeLimit
    }

    private let hasBody: Bool
    private let inflatedLimit: Int
    private let elapsed: @Sendable () -> Duration
    private let state: Mutex<State>

    init(_ request: TransportRequest, inflatedLimit: Int, elapsed: @escaping @Sendable () -> Duration) {
        hasBody = request.body?.isEmpty == false
        self.inflatedLimit = inflatedLimit
        self.elapsed = elapsed
        state = Mutex(State(limit: ExchangeLimit(deadline: request.deadline, pace: request.pace)))
    }

    func bodyTaken() { state.withLock { $0.bodyWasTaken = true } }

    func headCame() {
        let now = elapsed()
        state.withLock { state in
            state.hasHead = true
            state.limit.headCame(at: now)
        }
    }

    func pieceCame(_ bytes: Int) {
        let now = elapsed()
        state.withLock { $0.limit.pieceCame(bytes, at: now) }
    }

    /// When the exchange is given up, as it stands.
    var limit: Duration { state.withLock { $0.limit.end } }

    var phase: HTTPFailure.Phase {
        state.withLock { state in
            if state.hasHead { return .reading }
            return hasBody && !state.bodyWasTaken ? .connecting : .waiting
        }
    }

    /// The failure that the client's error stands for.
    ///
    /// The client asks for the body only when it has a connection and has written the header, so a body that it never
    /// asked for was surely not sent. Without a body the kind of error decides.
    func failure(_ error: any Error, at place: String) -> any Error {
        if error is CancellationError { return error }
        if let failure = error as? HTTPFailure { return failure }
        if let error = error as? HTTPClientError {
            let why = error.shortDescription.lowercased()
            switch error {
            case .cancelled:
                return CancellationError()
            case .invalidURL, .emptyHost, .emptyScheme, .missingSocketPath:
                return HTTPFailure.invalidURL(at: place, why: why)
            case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .socksHandshakeTimeout,
                .httpProxyHandshakeTimeout, .alreadyShutdown:
                return HTTPFailure.notSent(at: place, why: why)
            default:
                return broken(at: place, why: why)
            }
        }
        if error as? NIOHTTPDecompression.DecompressionError == .limit {
            return HTTPFailure.bodyTooLarge(at: place, limit: inflatedLimit)
        }
        if let error = error as? IOError {
            let why = String(cString: strerror(error.errnoCode))
            let isOfConnecting = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL].contains(error.errnoCode)
            // With a body it is known how far the exchange had come, and these may also end a live connection.
            return isOfConnecting && !hasBody ? HTTPFailure.notSent(at: place, why: why) : broken(at: place, why: why)
        }
        if error is NIOConnectionError { return HTTPFailure.notSent(at: place, why: "\(error)") }
        return broken(at: place, why: "\(error)")
    }

    private func broken(at place: String, why: String) -> HTTPFailure {
        phase == .connecting ? .notSent(at: place, why: why) : .lostAnswer(at: place, why: why)
    }
}

/// A request's body that tells when it is taken.
private struct WatchedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    struct AsyncIterator: AsyncIteratorProtocol {
        var bytes: ByteBuffer?
        var progress: Exchange

        mutating func next() async -> ByteBuffer? {
            guard let bytes else { return nil }
            progress.bodyTaken()
            self.bytes = nil
            return bytes
        }
    }

    var bytes: ByteBuffer
    var progress: Exchange

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(bytes: bytes, progress: progress) }
}
