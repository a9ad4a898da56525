import Synchronization

/// Lets a test set the faults of an endpoint that runs.
package final class FaultDial: Sendable {
    private let schedule = Mutex(FaultSchedule(EndpointFaults()))

    package init() {}

    /// Begins with these faults, their counts at zero.
    package func turn(to faults: EndpointFaults) {
        schedule.withLock { $0 = FaultSchedule(faults) }
    }

    /// The faults of one call of that kind.
    func faults(of call: EndpointCall) -> [EndpointFaults.Fault] {
        schedule.withLock { $0.faults(of: call) }
    }

    /// Whether there is any fault to expect.
    var isOn: Bool { schedule.withLock { !$0.faults.rules.isEmpty } }

    var oversizeStatus: Int { schedule.withLock { $0.faults.oversizeStatus } }
}
