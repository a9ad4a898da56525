import Hummingbird
import Logging
import NIOCore
import Synchronization

/// The endpoint's sockets: HTTP/1.1 on 127.0.0.1.
struct EndpointServer<C: Clock>: Sendable where C.Duration == Duration {
    let service: EndpointService<C>
    let logger: Logger?

    /// Serves until the task is cancelled; `onListening` is told the port.
    ///
    /// Throws when the port can't be had.
    func run(port: Int, onListening: @escaping @Sendable (_ port: Int) -> Void) async throws {
        let service = service
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in
                try await Self.respond(to: request, with: service)
            },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? port) },
            logger: logger ?? Logger(label: "endpoint") { _ in SwiftLogNoOpLogHandler() }
        )
        try await application.run()
    }

    private static func respond(to request: Request, with service: EndpointService<C>) async throws -> Response {
        let admission = service.admit(
            method: request.method.rawValue,
            target: request.head.path ?? "/",
            authorization: request.headers[.authorization]
        )
        switch admission {
        case .refused(let response):
            return render(response)
        case .admitted(let operation):
            if case .jobTake = operation { return try await take(operation, request, service) }
            let body: ByteBuffer
            do {
                body = try await request.body.collect(upTo: operation.bodyLimit)
            } catch is NIOTooManyBytesError {
                return render(await service.replyToOversizeBody(of: operation))
            }
            let reply = await service.reply(to: operation, body: Array(body.readableBytesView))
            return render(EndpointResponse(reply))
        }
    }

    /// Holds a take only as long as its connection stands, so that no job goes to a worker that has hung up.
    ///
    /// Watching the connection ends it afterwards, which the answer says.
    private static func take(
        _ operation: EndpointOperation,
        _ request: Request,
        _ service: EndpointService<C>
    ) async throws -> Response {
        let given = Mutex<JobQueue.Reply?>(nil)
        do {
            let reply = try await request.body.consumeWithCancellationOnInboundClose { _ in
                let reply = await service.reply(to: operation, body: [])
                given.withLock { $0 = reply }
                return reply
            }
            var response = render(EndpointResponse(reply))
            response.headers[.connection] = "close"
            return response
        } catch {
            // The connection went while the answer came: nobody will read it.
            if let reply = given.withLock({ $0 }) { service.giveBack(reply, of: operation) }
            throw error
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
