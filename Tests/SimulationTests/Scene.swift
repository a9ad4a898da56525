import Coordination
import RunEngine
import Synchronization

/// All that is outside of the drivers: clocks, endpoint, network, and who watches over the law.
final class Scene: Sendable {
    private struct State {
        var endpoint: Endpoint
        /// Milliseconds by which the wall clock was stepped.
        var stepped: Int64 = 0
        /// Seconds that the machine slept.
        var slept: Double = 0
    }

    let scenario: Scenario
    let plan: RunPlan
    let clock: VirtualTime
    let weather: Weather
    let oracle: Oracle
    let sabotage: Sabotage?
    private let state: Mutex<State>

    init(_ scenario: Scenario, plan: RunPlan, clock: VirtualTime, oracle: Oracle, sabotage: Sabotage?) {
        self.scenario = scenario
        self.plan = plan
        self.clock = clock
        self.oracle = oracle
        self.sabotage = sabotage
        weather = Weather(scenario)
        state = Mutex(State(endpoint: Endpoint(scenario)))
    }

    /// Wall time of the operator's machine, in milliseconds since 1970.
    var wallTime: Int64 { clock.wallTime + state.withLock { $0.stepped } }

    /// Seconds of the world, in which the operator's machine may sleep.
    var worldTime: Double { clock.seconds + state.withLock { $0.slept } }

    /// What a request of now meets.
    func weatherNow() -> Weather.Fault? { weather.draw(at: clock.seconds) }

    func take(_ step: Scenario.Step) {
        state.withLock { state in
            state.stepped += step.milliseconds
            if step.isSuspend { state.slept += Double(step.milliseconds) / 1_000 }
        }
    }

    /// Uses the endpoint as it is now.
    func endpoint<Value: Sendable>(_ body: (inout Endpoint, Double) throws -> Value) rethrows -> Value {
        let now = worldTime
        return try state.withLock { try body(&$0.endpoint, now) }
    }

    /// Hands in a submission, which must be one that the journal knows.
    func submit(_ cargo: Endpoint.Cargo, limit: Double, life: Double) -> String {
        let (job, others) = endpoint { endpoint, now in
            let job = endpoint.submit(cargo, limit: limit, life: life, at: now)
            return (job, endpoint.open.filter { $0.id != job })
        }
        oracle.accepted(cargo, job: job, beside: others)
        return job
    }

    /// Virtual seconds until something happens at the endpoint, at most `longest`.
    ///
    /// A millisecond at least: what is left of a hold by the rounding of seconds would never come to its end.
    func pause(atMost longest: Double) -> Double {
        let next = endpoint { endpoint, now in endpoint.next().map { $0 - now } }
        return max(0.001, min(longest, next ?? longest))
    }
}
