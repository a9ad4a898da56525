package import Canvas

extension Dashboard {
    /// Shows what is reported and does what is typed until the operator leaves.
    ///
    /// Returns at once when the task is cancelled. Commands that are under way are cancelled with it; what was accepted is
    /// carried out all the same.
    ///
    /// - Parameters:
    ///   - reports: All about the run, in order; read no faster than they are folded.
    ///   - clock: What frames are paced by.
    ///   - now: Wall time in milliseconds since 1970, on the time line of the events: a replay's is scaled.
    package func run<Time: Clock<Duration>>(
        on display: some Display,
        reports: some AsyncSequence<Report, Never> & Sendable,
        services: Services,
        clock: Time,
        now: @escaping @Sendable () -> Int64
    ) async -> Departure {
        var loop = ScreenLoop(
            setup,
            on: display,
            reports: reports,
            services: services,
            clock: clock,
            now: now,
            render: { $0.draw() }
        )
        return await loop.run()
    }
}
