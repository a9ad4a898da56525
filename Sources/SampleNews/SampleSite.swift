package import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// The web site of the sample, on a free port of 127.0.0.1, for as long as a scope lasts.
package enum SampleSite {
    /// The most connections served at once; more wait to be accepted.
    package static let connectionLimit = 256

    /// The site did not start, and said no more than this.
    package struct DidNotStart: Error, CustomStringConvertible {
        package var description: String { "the sample's site on 127.0.0.1 ended before it could take a request" }
    }

    /// The port can't be listened on, most likely because somebody else does.
    package struct CannotListen: Error, CustomStringConvertible {
        package let port: Int
        let why: String

        package var description: String { "nothing can listen on port \(port) of 127.0.0.1: \(why)" }
    }

    /// Calls `body` with the root URL of the running site and ends the site afterwards, whatever happened.
    ///
    /// Each page keeps its reader waiting ``SampleLatency/seconds(path:)`` times `latencyScale` on `clock`; redirects,
    /// pictures and unknown paths are answered at once. When `body` returns, requests that still wait are dropped.
    ///
    /// - Parameter port: Where to listen; 0 for a free one.
    /// - Throws: What `body` throws, ``CannotListen`` or ``DidNotStart``.
    package static func run<Value: Sendable>(
        port wanted: Int = 0,
        latencyScale: Double = 1,
        clock: some Clock<Duration> = ContinuousClock(),
        _ body: (_ site: URL) async throws -> Value
    ) async throws -> Value {
        let (ports, port) = AsyncStream.makeStream(of: Int?.self, bufferingPolicy: .bufferingNewest(1))
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in
                try await respond(to: request, latencyScale: latencyScale, clock: clock)
            },
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: wanted),
                availableConnectionsDelegate: MaximumAvailableConnections(connectionLimit)
            ),
            onServerRunning: { port.yield($0.localAddress?.port) },
            logger: Logger(label: "sample-site") { _ in SwiftLogNoOpLogHandler() }
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { port.finish() }
                do {
                    try await application.run()
                } catch let error as IOError {
                    throw CannotListen(port: wanted, why: "\(error)")
                }
            }
            defer { group.cancelAll() }
            guard let port = await ports.first(where: { _ in true }) ?? nil,
                let site = URL(string: "http://127.0.0.1:\(port)")
            else {
                try await group.waitForAll()
                try Task.checkCancellation()
                throw DidNotStart()
            }
            return try await body(site)
        }
    }

    private static func respond(
        to request: Request,
        latencyScale: Double,
        clock: some Clock<Duration>
    ) async throws -> Response {
        guard request.method == .get || request.method == .head else {
            return Response(status: .methodNotAllowed, headers: [.allow: "GET, HEAD"])
        }
        let answer = SampleSiteMap.shared.answer(path: request.uri.path)
        if answer.isSlow, latencyScale > 0 {
            try await clock.sleep(for: .seconds(SampleLatency.seconds(path: request.uri.path) * latencyScale))
        }
        let response = answer.response
        return request.method == .head ? response.createHeadResponse() : response
    }
}

extension SampleSiteMap.Answer {
    /// Whether the reader waits for it as for a page.
    fileprivate var isSlow: Bool {
        switch self {
        case .page, .gone: true
        case .moved, .picture, .unknown: false
        }
    }

    fileprivate var response: Response {
        switch self {
        case .page(let page):
            let isLatin1 = page.article.trouble == .latin1
            return Response(
                status: .ok,
                headers: [.contentType: "text/html; charset=\(isLatin1 ? "iso-8859-1" : "utf-8")"],
                body: ResponseBody(byteBuffer: isLatin1 ? page.html().latin1Bytes : ByteBuffer(string: page.html()))
            )
        case .moved(let path):
            return Response(status: .movedPermanently, headers: [.location: path])
        case .picture(let svg):
            return Response(
                status: .ok,
                headers: [.contentType: "image/svg+xml"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: svg))
            )
        case .gone, .unknown:
            return Response(
                status: .notFound,
                headers: [.contentType: "text/html; charset=utf-8"],
                body: ResponseBody(
                    byteBuffer: ByteBuffer(string: "<!DOCTYPE html><title>404</title><h1>Not found</h1>")
                )
            )
        }
    }
}

extension String {
    /// This text in ISO-8859-1, characters outside it as numeric entities.
    fileprivate var latin1Bytes: ByteBuffer {
        var bytes = ByteBuffer()
        for scalar in unicodeScalars {
            if let byte = UInt8(exactly: scalar.value) {
                bytes.writeInteger(byte)
            } else {
                bytes.writeString("&#\(scalar.value);")
            }
        }
        return bytes
    }
}
