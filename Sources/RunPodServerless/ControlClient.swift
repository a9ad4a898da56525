package import Coordination
import NIOCore
import NIOPosix
package import RunJournal

/// Brings commands to the process that drives a run, whichever that is at the moment.
///
/// Connects anew for each command, so that it does not matter when one driver leaves and another one comes.
package struct ControlClient<C: Clock>: Sendable where C.Duration == Duration {
    private let folder: RunFolder
    private let place: ControlPlace
    private let clock: C
    /// How long a driver may take to answer, and to listen once it has the run.
    private let patience: Duration

    package init(_ folder: RunFolder, clock: C, patience: Duration = .seconds(20)) {
        self.folder = folder
        self.clock = clock
        self.patience = patience
        place = ControlPlace(folder)
    }

    /// Gives a command and waits for its receipt, which means that it is journalled.
    package func send(_ command: Command) async -> Receipt { await receipt(.command(command)) }

    /// Asks the driver to submit nothing more and to leave; the run can be resumed.
    package func stop() async -> Receipt { await receipt(.stop) }

    /// Asks who drives the run.
    ///
    /// - Throws: ``ControlProblem`` when nobody does, or the driver can't be asked.
    package func ping() async throws(ControlProblem) -> ControlDriver {
        switch try await ask(.ping) {
        case .driver(let driver): return driver
        case .receipt, .refused: throw ControlProblem("the driver of run \(folder.run) gave no answer to ping")
        }
    }

    private func receipt(_ request: ControlRequest) async -> Receipt {
        do throws(ControlProblem) {
            switch try await ask(request) {
            case .receipt(let receipt): return receipt
            case .refused(let why): return .unknown("the driver does not understand: \(why)")
            case .driver: return .unknown("the driver gave an answer to something else")
            }
        } catch {
            return .tooLate("\(error)")
        }
    }

    private func ask(_ request: ControlRequest) async throws(ControlProblem) -> ControlReply {
        let isDriven = try isDriven()
        guard isDriven else { throw ControlProblem.nobody(folder.run) }
        do {
            return try await withThrowingTaskGroup(of: ControlReply?.self) { group in
                group.addTask { try await exchange(request) }
                group.addTask {
                    try await clock.sleep(until: clock.now.advanced(by: patience), tolerance: nil)
                    return nil
                }
                defer { group.cancelAll() }
                if let reply = try await group.next() ?? nil { return reply }
                throw ControlProblem(
                    """
                    the driver of run \(folder.run) gave no answer within \(patience.components.seconds) s; what was \
                    asked may still be done
                    """
                )
            }
        } catch let problem as ControlProblem {
            throw problem
        } catch is CancellationError {
            throw ControlProblem("the asking was cancelled; what was asked may still be done")
        } catch {
            throw ControlProblem("the driver of run \(folder.run) can't be asked: \(error)")
        }
    }

    private func isDriven() throws(ControlProblem) -> Bool {
        do throws(JournalError) {
            return try RunLock.holder(path: folder.lockPath) != nil
        } catch {
            throw ControlProblem("\(error)")
        }
    }

    private func exchange(_ request: ControlRequest) async throws -> ControlReply {
        let channel = try await connect()
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: ControlLine.encode(request)))
            var lines = ControlLines(inbound.makeAsyncIterator())
            guard case .line(let line) = try await lines.next() else {
                throw ControlProblem(
                    "the driver of run \(folder.run) left before it answered; what was asked may still be done"
                )
            }
            guard let reply = ControlLine.reply(line) else {
                throw ControlProblem("the driver of run \(folder.run) is another version of etl-dash")
            }
            return reply
        }
    }

    /// Connects; while somebody has the run and does not listen yet, since it loads it, again and again.
    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        while true {
            do {
                return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connect(unixDomainSocketPath: place.known) { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                        }
                    }
            } catch {
                guard try isDriven() else { throw ControlProblem.nobody(folder.run) }
                try await clock.sleep(until: clock.now.advanced(by: .milliseconds(100)), tolerance: nil)
            }
        }
    }
}

/// Why a driver could not be asked.
package struct ControlProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    static func nobody(_ run: String) -> ControlProblem {
        ControlProblem("nobody drives this run: etl-dash resume \(run) goes on with it")
    }
}
