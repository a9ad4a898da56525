package import Coordination
package import Flashpoints
import RunJournal

/// A run played ahead of time: the driver of real runs, over workers that only take time.
package enum Simulation {
    /// Plays a whole run in virtual time; the same arguments give the same events.
    ///
    /// Costs some events for each flashpoint, all kept in memory.
    ///
    /// - Parameters:
    ///   - startDelay: Seconds that each job waits for its worker.
    ///   - wallTime: Wall time at the start, in milliseconds since 1970.
    ///   - secondsPerFlashpoint: Seconds that a flashpoint takes, by index.
    /// - Throws: `CancellationError` when the task is cancelled.
    package static func play(
        _ plan: RunPlan,
        startDelay: Double = 0,
        startingAt wallTime: Int64 = 0,
        secondsPerFlashpoint: @escaping @Sendable (Int) -> Double
    ) throws -> (events: [Event], answer: RunAnswer) {
        try VirtualTime.run(startingAt: wallTime) { clock in
            let journal = MemoryJournal()
            let backend = SimulatedBackend(clock: clock, catalogue: plan.catalogue) { _ in
                var course = SimulatedCourse(seconds: secondsPerFlashpoint)
                course.startDelay = startDelay
                return course
            }
            let driver = RunDriver(
                state: RunState(plan: plan),
                seq: 0,
                clock: clock,
                backend: backend,
                journal: journal,
                // Nothing fails, so no pause is ever drawn; and no two runs share the endpoint.
                sources: RunDriver.Sources(wallTime: { clock.wallTime }, chance: { 0 }, nonce: { plan.header.run }),
                control: RunControl(),
                feed: EventFeed(journal: journal)
            )
            let (_, state) = try await driver.run()
            let events = try await journal.events(after: 0, limit: .max)
            return (events, state.answer(at: clock.wallTime, now: state.t))
        }
    }
}
