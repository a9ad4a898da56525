import Coordination
import NIOCore
import NIOPosix
import RunEngine
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Takes commands from other processes while this one drives a run.
///
/// A line is a request, and gets one line as its reply; a receipt says the same as for a key of the screen. The run
/// never depends on it.
struct ControlServer<C: Clock>: Sendable where C.Duration == Duration {
    /// What a client may take up.
    struct Limits: Sendable {
        var clients = 8
        /// How long a client may be silent, or take over one line.
        var patience = Duration.seconds(60)
    }

    let place: ControlPlace
    let control: RunControl
    let driver: ControlDriver
    let clock: C
    var limits = Limits()

    /// Serves until the task is cancelled; the socket is gone then.
    ///
    /// - Parameter onListening: Called once commands can come.
    /// - Throws: What keeps it from listening, or made it stop.
    func run(onListening: @escaping @Sendable () -> Void = {}) async throws {
        let path = try place.claim()
        // Only the driver listens, so one that is there was left by a driver that died.
        unlink(path)
        defer { place.release(path) }
        let accepted = Connections(limit: limits.clients)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            // Who has said all, as nc at the end of its input, is answered all the same.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture { try accepted.take(in: channel) }
            }
        chmod(path, 0o600)
        do {
            try await listener.executeThenClose { connections in
                onListening()
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        group.addTask {
                            await attend(connection, isWelcome: accepted.admit(connection))
                            accepted.leave()
                        }
                    }
                }
            }
        } catch {
            await accepted.closeAll()
            throw error
        }
        await accepted.closeAll()
    }

    // MARK: - One client

    private func attend(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>, isWelcome: Bool) async {
        // A client that goes away is no trouble of ours.
        try? await connection.executeThenClose { inbound, outbound in
            guard isWelcome else {
                let why = "\(limits.clients) clients are being served already; try again"
                return try await outbound.write(ByteBuffer(bytes: ControlLine.encode(.refused(why))))
            }
            if let parting = try await talk(inbound, outbound) {
                try await outbound.write(ByteBuffer(bytes: ControlLine.encode(.refused(parting))))
            }
        }
    }

    /// Answers line after line until the client leaves.
    ///
    /// - Returns: Why it is sent away, when it is.
    private func talk(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws -> String? {
        let heard = Latest(clock.now)
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                var lines = ControlLines(inbound.makeAsyncIterator())
                while true {
                    switch try await lines.next() {
                    case .end: return nil
                    case .tooLong: return "a line has more than \(ControlLine.limit) bytes"
                    case .line(let line):
                        let reply = await reply(to: line)
                        try await outbound.write(ByteBuffer(bytes: ControlLine.encode(reply)))
                        heard.instant.withLock { $0 = clock.now }
                    }
                }
            }
            group.addTask {
                while true {
                    let due = heard.instant.withLock { $0 }.advanced(by: limits.patience)
                    if due <= clock.now { return "no request came within \(limits.patience.components.seconds) s" }
                    try await clock.sleep(until: due, tolerance: .seconds(1))
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func reply(to line: [UInt8]) async -> ControlReply {
        switch ControlLine.request(line) {
        case .failure(let refusal): return .refused(refusal.why)
        case .success(.ping): return .driver(driver)
        case .success(.command(let command)): return .receipt(await control.send(command))
        case .success(.stop):
            await control.log(.warning, "Stopping, as another process asked: nothing more is submitted")
            await control.stop()
            return .receipt(.accepted)
        }
    }
}

/// When a client was heard last.
private final class Latest<Instant: InstantProtocol>: Sendable {
    let instant: Mutex<Instant>

    init(_ instant: Instant) { self.instant = Mutex(instant) }
}

/// What is connected to a server.
private final class Connections: Sendable {
    typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private struct State {
        /// Accepted, and not attended to yet: one that never is must be closed, or it traps.
        var waiting: [ObjectIdentifier: Connection] = [:]
        var served = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Makes a channel one of the server's; on the channel's event loop.
    ///
    /// - Throws: When the server has left already; the channel is closed then.
    func take(in channel: any Channel) throws -> Connection {
        try state.withLock { state in
            guard !state.isClosed else { throw ChannelError.ioOnClosedChannel }
            let connection = try Connection(wrappingChannelSynchronously: channel)
            state.waiting[ObjectIdentifier(channel)] = connection
            return connection
        }
    }

    /// Whether there is room for one more; it leaves either way.
    func admit(_ connection: Connection) -> Bool {
        state.withLock { state in
            state.waiting[ObjectIdentifier(connection.channel)] = nil
            state.served += 1
            return state.served <= limit
        }
    }

    func leave() { state.withLock { $0.served -= 1 } }

    func closeAll() async {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [:] }
            return state.waiting.values.map { $0 }
        }
        for connection in waiting { try? await connection.executeThenClose { _, _ in } }
    }
}
