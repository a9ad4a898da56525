import RunEngine

extension PollPolicy {
    /// Holds that a scripted server in hasty time can stand.
    static let brisk: PollPolicy = {
        var policy = PollPolicy.thrifty
        policy.hold = .seconds(2)
        return policy
    }()
}
