package import FoundationEssentials
import NIOCore
import NIOPosix
import Synchronization

/// An HTTP/1.1 server on loopback that answers byte for byte what a test tells it to.
///
/// Every request is recorded and given to the script, whose reply is a list of steps: bytes, gates, closing, resetting.
/// Nothing is added, so a reply may break every rule of the protocol.
package final class ScriptedServer: Sendable {
    /// A request as it came over the wire.
    package struct Request: Sendable, Hashable {
        /// Position among all requests of this server, from 0.
        package var index: Int
        package var method: String
        /// Path and query as sent, with every escape in place.
        package var target: String
        /// In the order sent, names as written.
        package var headers: [Header]
        package var body: Data

        /// The body as text, with a replacement character for what is not UTF-8.
        package var text: String { String(decoding: body, as: UTF8.self) }

        /// The first value of a header, whatever the case of its name.
        package func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    package struct Header: Sendable, Hashable {
        package var name: String
        package var value: String
    }

    /// One thing the server does; see ``Reply``.
    package enum Step: Sendable {
        /// Sends the bytes in one piece.
        case send(Data)
        /// Sends the bytes one at a time, each flushed on its own.
        case drip(Data)
        /// Sends the bytes again and again until the client goes.
        case repeatForever(Data)
        /// Waits for the gate.
        case wait(Gate)
        /// Does nothing until the client closes the connection.
        case hang
        /// Closes the connection in the ordinary way.
        case close
        /// Closes the connection with a TCP reset, so that the client's reads fail.
        case reset

        /// Sends the text in one piece.
        package static func send(_ text: String) -> Step { .send(Data(text.utf8)) }
        /// Sends the text one byte at a time.
        package static func drip(_ text: String) -> Step { .drip(Data(text.utf8)) }
    }

    /// What a request is answered with.
    ///
    /// The connection stays open for the next request unless a step ends it.
    package struct Reply: Sendable {
        package var steps: [Step]

        package init(_ steps: [Step]) {
            self.steps = steps
        }

        /// An ordinary answer with the right Content-Length.
        package static func answer(
            _ status: Int = 200,
            _ body: String = "",
            type: String = "application/json",
            headers: [(String, String)] = []
        ) -> Reply {
            answer(status, data: Data(body.utf8), type: type, headers: headers)
        }

        /// An ordinary answer with the right Content-Length.
        package static func answer(
            _ status: Int = 200,
            data: Data,
            type: String = "application/json",
            headers: [(String, String)] = []
        ) -> Reply {
            let lines = headers.map { "\($0): \($1)\r\n" }.joined()
            // RFC 9110 forbids the field with 204, and clients take it for the start of the next answer.
            let length = status == 204 ? "" : "Content-Length: \(data.count)\r\n"
            let head = "HTTP/1.1 \(status) Scripted\r\nContent-Type: \(type)\r\n\(length)\(lines)\r\n"
            return Reply([.send(Data(head.utf8) + data)])
        }

        /// The reply after a wait at the gate.
        package func after(_ gate: Gate) -> Reply { Reply([.wait(gate)] + steps) }

        /// Holds the request until the client goes away.
        package static let hang = Reply([.hang])
        /// Reads the request, then resets the connection.
        package static let reset = Reply([.reset])
        /// Reads the request, then closes the connection.
        package static let close = Reply([.close])
    }

    package typealias Script = @Sendable (Request) async throws -> Reply

    private struct State {
        var requests: [Request] = []
        var accepted = 0
        var ended = 0
        var watchers: [(isDue: @Sendable (State) -> Bool, gate: Gate)] = []
    }

    /// The port on 127.0.0.1.
    package let port: Int
    private let resetsBeforeReading: Int
    private let state = Mutex(State())

    private init(port: Int, resetsBeforeReading: Int) {
        self.port = port
        self.resetsBeforeReading = resetsBeforeReading
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    package var url: String { "http://127.0.0.1:\(port)" }

    /// What came so far, in order of arrival.
    package var requests: [Request] { state.withLock { $0.requests } }

    /// How many connections were taken so far.
    package var connections: Int { state.withLock { $0.accepted } }

    /// Returns once at least `count` requests have come.
    package func waitForRequests(_ count: Int) async throws {
        try await wait { $0.requests.count >= count }
    }

    /// Returns once at least `count` requests for which `isWanted` holds have come.
    package func waitForRequests(_ count: Int = 1, where isWanted: @escaping @Sendable (Request) -> Bool) async throws {
        try await wait { $0.requests.lazy.filter(isWanted).count >= count }
    }

    /// Returns once no client is connected.
    package func waitUntilAllConnectionsEnd() async throws {
        try await wait { $0.accepted == $0.ended }
    }

    private func wait(until isDue: @escaping @Sendable (State) -> Bool) async throws {
        let gate = Gate()
        change { $0.watchers.append((isDue, gate)) }
        try await gate.wait()
    }

    private func change(_ body: (inout State) -> Void) {
        let due = state.withLock { state in
            body(&state)
            let due = state.watchers.filter { $0.isDue(state) }.map(\.gate)
            state.watchers = state.watchers.filter { !$0.isDue(state) }
            return due
        }
        for gate in due { gate.open() }
    }

    fileprivate static func serve<Value: Sendable>(
        resetsBeforeReading: Int,
        script: @escaping Script,
        body: (ScriptedServer) async throws -> Value
    ) async throws -> Value {
        let accepted = AcceptedChannels()
        // The channels come bare: an async channel that is accepted but never run, because the test has ended just then,
        // would trap. They read nothing before they are run.
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: 0) { channel in
                accepted.add(channel)
                return channel.eventLoop.makeSucceededFuture(channel)
            }
        defer { accepted.close() }
        let server = ScriptedServer(
            port: listener.channel.localAddress?.port ?? 0,
            resetsBeforeReading: resetsBeforeReading
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listener.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await channel in connections {
                            group.addTask { await server.talk(on: channel, script: script) }
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(server)
        }
    }

    private func talk(on channel: any Channel, script: Script) async {
        var number = 0
        change {
            $0.accepted += 1
            number = $0.accepted
        }
        defer { change { $0.ended += 1 } }
        if number <= resetsBeforeReading {
            try? await reset(channel)
            return
        }
        let connection = try? await channel.eventLoop.submit {
            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }.get()
        // A client that leaves in the middle is what many tests are about.
        try? await connection?.executeThenClose { inbound, outbound in
            try await channel.setOption(.autoRead, value: true).get()
            var reader = RequestReader(pieces: inbound.makeAsyncIterator())
            while var request = try await reader.next() {
                change {
                    request.index = $0.requests.count
                    $0.requests.append(request)
                }
                for step in try await script(request).steps {
                    switch step {
                    case .send(let bytes):
                        try await outbound.write(ByteBuffer(bytes: bytes))
                    case .drip(let bytes):
                        for byte in bytes { try await outbound.write(ByteBuffer(bytes: [byte])) }
                    case .repeatForever(let bytes):
                        while true { try await outbound.write(ByteBuffer(bytes: bytes)) }
                    case .wait(let gate):
                        try await gate.wait()
                    case .hang:
                        try await reader.waitForEnd()
                        return
                    case .close:
                        return
                    case .reset:
                        try await reset(channel)
                        return
                    }
                }
            }
        }
    }

    private func reset(_ channel: any Channel) async throws {
        if let options = channel as? any SocketOptionProvider {
            try await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try await channel.close()
    }
}

/// Every connection of a server, so that none outlives it.
private final class AcceptedChannels: Sendable {
    private let channels = Mutex<[any Channel]>([])

    func add(_ channel: any Channel) { channels.withLock { $0.append(channel) } }

    func close() {
        for channel in channels.withLock({ $0 }) { channel.close(promise: nil) }
    }
}

/// Cuts the bytes of one connection into requests.
private struct RequestReader {
    var pieces: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    var buffer = ByteBuffer()

    struct Malformed: Error {}

    /// The next request, or nil when the client has closed.
    mutating func next() async throws -> ScriptedServer.Request? {
        var lines: [String] = []
        while true {
            guard let line = try await nextLine() else { return nil }
            if line.isEmpty { break }
            lines.append(line)
        }
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { throw Malformed() }
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return ScriptedServer.Header(
                name: String(parts[0]),
                value: parts.count > 1 ? String(parts[1]).trimmingSpaces : ""
            )
        }
        var request = ScriptedServer.Request(
            index: 0,
            method: String(words[0]),
            target: String(words[1]),
            headers: headers,
            body: Data()
        )
        if let length = request.header("content-length").flatMap({ Int($0) }) {
            guard let body = try await nextBytes(length) else { return nil }
            request.body = body
        } else if request.header("transfer-encoding")?.lowercased() == "chunked" {
            while let size = try await nextLine().flatMap({ Int($0, radix: 16) }), size > 0 {
                guard let chunk = try await nextBytes(size) else { return nil }
                request.body += chunk
                _ = try await nextLine()
            }
            _ = try await nextLine()
        }
        return request
    }

    /// Returns when the client has closed, dropping what it sends until then.
    mutating func waitForEnd() async throws {
        while try await pieces.next(isolation: #isolation) != nil {}
    }

    private mutating func fill() async throws -> Bool {
        guard var piece = try await pieces.next(isolation: #isolation) else { return false }
        buffer.writeBuffer(&piece)
        return true
    }

    private mutating func nextLine() async throws -> String? {
        while true {
            if let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer.readString(length: end - buffer.readerIndex + 1) ?? ""
                return line.trimmingSpaces
            }
            guard try await fill() else { return nil }
        }
    }

    private mutating func nextBytes(_ count: Int) async throws -> Data? {
        while buffer.readableBytes < count {
            guard try await fill() else { return nil }
        }
        return buffer.readBytes(length: count).map { Data($0) }
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        let kept = unicodeScalars.drop { $0.properties.isWhitespace }
        return String(String.UnicodeScalarView(kept.reversed().drop { $0.properties.isWhitespace }.reversed()))
    }
}

/// Calls `body` with a server that answers by `script`, and stops it afterwards, whatever happened.
///
/// - Parameter resetsBeforeReading: How many connections, from the first on, are reset as soon as they are taken.
package func withScriptedServer<Value: Sendable>(
    resetsBeforeReading: Int = 0,
    _ script: @escaping ScriptedServer.Script,
    _ body: (_ server: ScriptedServer) async throws -> Value
) async throws -> Value {
    try await ScriptedServer.serve(resetsBeforeReading: resetsBeforeReading, script: script, body: body)
}

/// Calls `body` with a server that gives the replies one after another, and the last one again and again.
package func withScriptedServer<Value: Sendable>(
    replies: [ScriptedServer.Reply],
    _ body: (_ server: ScriptedServer) async throws -> Value
) async throws -> Value {
    try await withScriptedServer(
        { request in
            request.index < replies.count ? replies[request.index] : replies.last ?? .hang
        },
        body
    )
}
