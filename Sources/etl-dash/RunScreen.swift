import Canvas
import Coordination
import Dashboard
import RunEngine
import RunJournal
import RunPodAPI
import RunPodServerless
import Synchronization
import Terminal

/// The dashboard over a run that this process prepares and drives.
///
/// It is up before the batch is read, and gone before anything is printed about how the run was left.
final class RunScreen: Sendable {
    /// What came of the two that go side by side.
    private enum Ended<Value: Sendable>: Sendable {
        /// The dashboard; `nil` when it was closed from outside.
        case screen(Result<Dashboard.Departure?, any Error>)
        case body(Result<Value, any Error>)
    }

    private struct State {
        /// The driven run; `nil` before its first driver, and from its end to the next one.
        var handle: RunHandle?
        var folder: RunFolder?
        /// Commands that wait for a driver.
        var waiting: [PendingCommand] = []
        var departure: Dashboard.Departure?
    }

    private let state = Mutex(State())
    private let reports = Mailbox<ScreenReport>(capacity: 64)
    private let closing = Latch()
    private let closed = Latch()
    private let abandoned = Latch()
    private let asked = Doorbell()

    private init() {}

    /// Calls `body` with a screen up.
    ///
    /// Who leaves the screen stops the run, or ends its preparation.
    ///
    /// - Returns: What `body` returned, and how the operator left; `nil` when the screen was closed from inside.
    /// - Throws: What `body` throws; what keeps the screen from coming up. The terminal is restored before.
    static func with<Value: Sendable>(
        _ setup: ScreenSetup,
        _ dashboard: Dashboard,
        files: ScreenFiles,
        _ body: @escaping @Sendable (RunScreen) async throws -> Value
    ) async throws -> (value: Value, departure: Dashboard.Departure?) {
        let screen = RunScreen()
        let abandoned = screen.abandoned
        return try await withThrowingTaskGroup(of: Ended<Value>.self) { group in
            group.addTask {
                do {
                    return .screen(.success(try await screen.show(dashboard, setup, files)))
                } catch {
                    return .screen(.failure(error))
                }
            }
            group.addTask {
                do {
                    return .body(.success(try await abandoned.cancelling { try await body(screen) }))
                } catch {
                    return .body(.failure(error))
                }
            }
            var result: Result<Value, any Error>?
            var shown: Result<Dashboard.Departure?, any Error>?
            for try await ended in group {
                switch ended {
                case .screen(let outcome):
                    shown = outcome
                    // Closed from inside it is nobody's wish to stop; that it can't be shown is.
                    if case .success(nil) = outcome { continue }
                    await screen.leave((try? outcome.get()) ?? .hangup)
                case .body(let outcome):
                    result = outcome
                    screen.closing.release()
                }
            }
            guard let result, let shown else { throw CancellationError() }
            // A screen that could not be is the cause of what became of the run.
            let departure = try shown.get()
            switch result {
            case .success(let value): return (value, departure)
            case .failure(is CancellationError) where departure != nil: throw Abandoned(departure: departure)
            case .failure(let error): throw error
            }
        }
    }

    /// The operator left before there was a run to stop.
    struct Abandoned: Error, CustomStringConvertible {
        let departure: Dashboard.Departure?

        var description: String { "left before anything was submitted" }
    }

    // MARK: - For who drives the run

    /// Says what is being done before there is a run.
    func prepare(_ text: String) async { await tell(.preparing(text)) }

    /// Shows something, waiting where the dashboard is slow; has no effect once the screen is gone.
    func tell(_ report: ScreenReport) async { await reports.send(report) }

    /// Lets the keys command the run from now on.
    func hand(over handle: RunHandle) async {
        let (hasLeft, waiting) = state.withLock { state in
            defer { state.waiting = [] }
            state.handle = handle
            state.folder = handle.folder
            return (state.departure != nil, state.waiting)
        }
        for pending in waiting where await !handle.send(pending) {
            pending.reply(.tooLate("the run has ended meanwhile"))
        }
        if hasLeft { await handle.stop() }
    }

    /// Waits at the end of a run, whose driver is gone, until a key asks for another one.
    ///
    /// - Returns: What it asks for; `nil` once the screen is left or closed.
    func nextCommand() async -> PendingCommand? {
        state.withLock { $0.handle = nil }
        while await asked.next() {
            let next = state.withLock { state -> PendingCommand? in
                state.waiting.isEmpty ? nil : state.waiting.removeFirst()
            }
            if let next { return next }
        }
        return nil
    }

    /// Takes the screen away; returns when the terminal is the shell's again.
    func close() async {
        closing.release()
        asked.finish()
        await closed.wait()
    }

    // MARK: - Showing

    /// Stops the run, or its preparation.
    private func leave(_ departure: Dashboard.Departure) async {
        let (handle, isPrepared) = state.withLock { state in
            state.departure = departure
            return (state.handle, state.folder != nil)
        }
        asked.finish()
        if let handle { await handle.stop() } else if !isPrepared { abandoned.release() }
    }

    /// Brings a command to the driver, or lets it wait for the next one.
    private func send(_ command: Command) async -> Receipt {
        let (handle, isPrepared) = state.withLock { ($0.handle, $0.folder != nil) }
        guard isPrepared else { return .tooLate("the run is still being prepared") }
        return await PendingCommand.receipt { reply in
            let pending = PendingCommand(command: command, reply: reply)
            // A driver at its end takes nothing more, though it has not quite left.
            if let handle, await handle.send(pending) { return }
            state.withLock { $0.waiting.append(pending) }
            asked.ring()
        }
    }

    private func show(
        _ dashboard: Dashboard,
        _ setup: ScreenSetup,
        _ files: ScreenFiles
    ) async throws -> Dashboard.Departure? {
        defer {
            reports.close()
            closed.release()
        }
        let services = Services(
            send: { await self.send($0) },
            save: { request in await files.save(request, of: self.state.withLock(\.folder)) }
        )
        return try await setup.show(dashboard, MailboxReports(reports), services, until: closing) {
            NewRun.Sources.system.wallTime()
        }
    }
}

/// Reports out of a mailbox, for one iteration.
private struct MailboxReports: AsyncSequence, Sendable {
    typealias Element = ScreenReport
    typealias Failure = Never

    let mailbox: Mailbox<ScreenReport>

    init(_ mailbox: Mailbox<ScreenReport>) { self.mailbox = mailbox }

    func makeAsyncIterator() -> Iterator { Iterator(mailbox: mailbox) }

    struct Iterator: AsyncIteratorProtocol {
        let mailbox: Mailbox<ScreenReport>
        var waiting: ArraySlice<ScreenReport> = []

        mutating func next() async -> ScreenReport? {
            if waiting.isEmpty { waiting = await mailbox.take()[...] }
            return waiting.popFirst()
        }
    }
}
