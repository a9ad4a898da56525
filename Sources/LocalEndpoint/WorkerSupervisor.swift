/// Keeps a number of worker processes running, each under its pod id.
package struct WorkerSupervisor: Sendable {
    package enum Event: Sendable, Hashable {
        case started(pid: Int32)
        case exited(ExitStatus)
        /// The program could not be started.
        case failedToStart(message: String)
        /// It will be started again after the wait, which is zero when it was ended for that; `isCrashLooping` when it has
        /// died young three times in a row.
        case restarting(after: Duration, isCrashLooping: Bool)
    }

    /// The program and its arguments.
    package var command: [String]
    /// The workers' names; one process for each.
    package var podIDs: [String]
    /// The whole environment of a worker.
    package var environment: @Sendable (_ podID: String) -> [String: String]
    /// How long a worker may take to end after SIGTERM.
    package var grace: Duration
    /// Called for each event, in order for each worker.
    package var onEvent: @Sendable (_ podID: String, Event) -> Void
    /// Called for each line of a worker's standard output and error, in order for each of the two.
    package var onLine: @Sendable (_ podID: String, _ line: String) -> Void
    /// A number from 0 to 1, for the jitter.
    package var random: @Sendable () -> Double
    private let refresh = ProcessRefresh()

    package init(
        command: [String],
        podIDs: [String],
        environment: @escaping @Sendable (_ podID: String) -> [String: String],
        grace: Duration = .seconds(5),
        onEvent: @escaping @Sendable (_ podID: String, Event) -> Void = { _, _ in },
        onLine: @escaping @Sendable (_ podID: String, _ line: String) -> Void = { _, _ in },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.command = command
        self.podIDs = podIDs
        self.environment = environment
        self.grace = grace
        self.onEvent = onEvent
        self.onLine = onLine
        self.random = random
    }

    /// Runs the workers until the task is cancelled, and returns when the last process is gone.
    ///
    /// `clock` times lives and waits; the grace is real time, like the processes.
    package func run(clock: any Clock<Duration> = SuspendingClock()) async {
        await withTaskGroup(of: Void.self) { group in
            for podID in podIDs {
                group.addTask { await keep(podID, clock) }
            }
        }
    }

    /// Ends the worker's process as at the end and starts it again at once; without a running one nothing happens.
    package func restart(_ podID: String) {
        refresh.ask(for: podID)
    }

    private func keep(_ podID: String, _ clock: any Clock<Duration>) async {
        var policy = RestartPolicy()
        while !Task.isCancelled {
            let process = ChildProcess(command: command, environment: environment(podID), grace: grace)
            var isRefreshed = false
            let life = await clock.measure {
                refresh.begin(podID)
                do {
                    let status = try await run(process, podID)
                    isRefreshed = refresh.end(podID)
                    onEvent(podID, .exited(status))
                } catch {
                    isRefreshed = refresh.end(podID)
                    onEvent(podID, .failedToStart(message: "\(error)"))
                }
            }
            if Task.isCancelled { return }
            if isRefreshed {
                // It ended because it was to, so its short life says nothing.
                onEvent(podID, .restarting(after: .zero, isCrashLooping: false))
                continue
            }
            // Never zero, which says something else.
            let wait = max(policy.ended(after: life, random: random()), .milliseconds(1))
            onEvent(podID, .restarting(after: wait, isCrashLooping: policy.isCrashLooping))
            // A cancelled wait ends the loop.
            try? await clock.sleep(for: wait)
        }
    }

    /// Runs the process until it ends, by itself or because it is to be started again.
    private func run(_ process: ChildProcess, _ podID: String) async throws -> ExitStatus {
        try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
            group.addTask {
                try await process.run(
                    onStart: { onEvent(podID, .started(pid: $0)) },
                    onLine: { onLine(podID, $0) }
                )
            }
            group.addTask {
                await refresh.wait(for: podID)
                return nil
            }
            while let ended = try await group.next() {
                // Asked for or cancelled, the process ends; its end by itself leaves only the one who waits.
                group.cancelAll()
                if let status = ended { return status }
            }
            preconditionFailure("A process that was started has an exit status.")
        }
    }
}
