extension RunState {
    /// Where the attempts are that are out on an endpoint which outlives its driver, one for each in the order of workers.
    package var placesOfJobs: [String] {
        lanes.compactMap(\.live).map(\.endpoint).filter { !$0.isOnThisMachine }
    }
}
