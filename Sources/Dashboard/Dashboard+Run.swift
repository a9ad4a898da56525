package import Canvas

extension Dashboard {
    /// Shows the reports on a display and acts on its keys until the operator leaves.
    ///
    /// - Parameter now: Wall time in milliseconds since 1970, on the time line of the events.
    /// - Returns: How it was left; at once when the task is cancelled.
    package func run(
        on display: some Display,
        reports: some AsyncSequence<Report, Never> & Sendable,
        services: Services,
        clock: some Clock<Duration>,
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
