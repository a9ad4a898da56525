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
        // The channels come bare: one that is wrapped when it is accepted must be run, and there may be no time to.
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            // Who has said all, as nc at the end of its input, is answered all the same.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(unixDomainSocketPath: path) { channel in
                accepted.note(channel)
                return channel.eventLoop.makeSucceededFuture(channel)
            }
        defer { accepted.closeAll() }
        chmod(path, 0o600)
        try await listener.executeThenClose { channels in
            onListening()
            try await withThrowingDiscardingTaskGroup { group in
                for try await channel in channels {
                    group.addTask {
                        await attend(channel, isWelcome: accepted.admit())
                        accepted.leave()
                    }
                }
            }
        }
    }

    // MARK: - One client

    private func attend(_ channel: any Channel, isWelcome: Bool) async {
        let connection = try? await channel.eventLoop.submit {
            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }.get()
        // A client that goes away is no trouble of ours.
        try? await connection?.executeThenClose { inbound, outbound in
            guard isWelcome else {
                let why = "\(limits.clients) clients are being served already; try again"
                return try await outbound.write(ByteBuffer(bytes: ControlLine.encode(.refused(why))))
            }
            try await channel.setOption(.autoRead, value: true).get()
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
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var served = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Sees to it that the channel does not outlive the server.
    func note(_ channel: any Channel) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.channels[ObjectIdentifier(channel)] = channel }
            return state.isClosed
        }
        if isClosed { return channel.close(promise: nil) }
        let id = ObjectIdentifier(channel)
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { _ = $0.channels.removeValue(forKey: id) }
        }
    }

    /// Whether there is room for one more; it leaves either way.
    func admit() -> Bool {
        state.withLock { state in
            state.served += 1
            return state.served <= limit
        }
    }

    func leave() { state.withLock { $0.served -= 1 } }

    func closeAll() {
        let open = state.withLock { state in
            state.isClosed = true
            return state.channels.values.map { $0 }
        }
        for channel in open { channel.close(promise: nil) }
    }
}
