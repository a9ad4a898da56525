import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// The endpoint's sockets: HTTP/1.1 on 127.0.0.1.
struct EndpointServer<C: Clock>: Sendable where C.Duration == Duration {
    let edge: EndpointEdge<C>
    let logger: Logger?

    /// Serves until the task is cancelled; `onListening` is told the port.
    ///
    /// Throws when the port can't be had.
    func run(port: Int, onListening: @escaping @Sendable (_ port: Int) -> Void) async throws {
        let edge = edge
        let application = Application(
            responder: CallbackResponder<Connection> { request, connection in
                try await Self.respond(to: request, on: connection, with: edge)
            },
            server: HTTPServerBuilder { responder in
                let configuration = HTTP1Channel.Configuration(additionalChannelHandlers: [HangUpHandler()])
                return CarefulHTTPChannel(http: HTTP1Channel(responder: responder, configuration: configuration))
            },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? port) },
            logger: logger ?? Logger(label: "endpoint") { _ in SwiftLogNoOpLogHandler() }
        )
        try await application.run()
    }

    /// What a request came over.
    private struct Connection: InitializableFromSource {
        let channel: any Channel

        init(source: ApplicationRequestContextSource) {
            channel = source.channel
        }
    }

    /// Thrown once a connection is closed on purpose, for an answer can't be sent any more.
    private struct Dropped: Error {}

    private static func respond(
        to request: Request,
        on connection: Connection,
        with edge: EndpointEdge<C>
    ) async throws -> Response {
        let admission = edge.admit(
            method: request.method.rawValue,
            target: request.head.path ?? "/",
            authorization: request.headers[.authorization]
        )
        switch admission {
        case .refused(let response, let pause):
            await edge.pass(pause)
            return render(response)
        case .admitted(let entry):
            defer { edge.finished(entry) }
            if case .jobTake = entry.operation { return try await take(entry, request, connection, edge) }
            let body: ByteBuffer
            do {
                body = try await request.body.collect(upTo: entry.operation.bodyLimit)
            } catch is NIOTooManyBytesError {
                return render(await edge.answerToOversizeBody(of: entry))
            }
            let bytes = Array(body.readableBytesView)
            if case .stream = entry.operation { return try await read(entry, bytes, connection, edge) }
            return try render(await edge.answer(entry, body: bytes), on: connection)
        }
    }

    /// Holds a reader of a stream only as long as its connection stands, so that no chunk goes to one that is gone.
    ///
    /// Unlike ``take(_:_:_:_:)`` it leaves the connection open: a client reads on over the same one.
    private static func read(
        _ entry: EndpointEdge<C>.Entry,
        _ body: [UInt8],
        _ connection: Connection,
        _ edge: EndpointEdge<C>
    ) async throws -> Response {
        let answer = await withTaskGroup(of: EndpointEdge<C>.Answer?.self) { group in
            group.addTask { await edge.answer(entry, body: body) }
            group.addTask {
                await HangUpHandler.waitForHangUp(on: connection.channel)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            if first == nil, case .response(_, let reply?) = await group.next() ?? nil {
                // Chunks may come at the very moment in which the reader goes.
                edge.giveBack(reply, of: entry)
            }
            return first
        }
        guard let answer else { throw Dropped() }
        return try render(answer, on: connection)
    }

    /// Holds a take only as long as its connection stands, so that no job goes to a worker that has hung up.
    ///
    /// Watching the connection ends it afterwards, which the answer says.
    private static func take(
        _ entry: EndpointEdge<C>.Entry,
        _ request: Request,
        _ connection: Connection,
        _ edge: EndpointEdge<C>
    ) async throws -> Response {
        let given = Mutex<JobQueue.Reply?>(nil)
        do {
            let answer = try await request.body.consumeWithCancellationOnInboundClose { _ in
                let answer = await edge.answer(entry, body: [])
                if case .response(_, let reply?) = answer { given.withLock { $0 = reply } }
                return answer
            }
            var response = try render(answer, on: connection)
            response.headers[.connection] = "close"
            return response
        } catch {
            // The connection went while the answer came: nobody will read it.
            if let reply = given.withLock({ $0 }) { edge.giveBack(reply, of: entry) }
            throw error
        }
    }

    private static func render(_ answer: EndpointEdge<C>.Answer, on connection: Connection) throws -> Response {
        switch answer {
        case .response(let response, _):
            return render(response)
        case .drop:
            connection.channel.close(promise: nil)
            throw Dropped()
        }
    }

    private static func render(_ response: EndpointResponse) -> Response {
        var headers = HTTPFields()
        if !response.body.isEmpty { headers[.contentType] = "application/json" }
        if let seconds = response.retryAfter { headers[.retryAfter] = String(seconds) }
        return Response(
            status: HTTPResponse.Status(code: response.status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: response.body))
        )
    }
}
