/// What one client made of a number of jobs in flight together.
struct EndpointBenchFigures: Sendable {
    /// Whose client it is; ours is compared with the other.
    enum Client: String, Sendable {
        case ours = "etl-dash"
        case sdk = "runpod asyncio"
    }

    var client: Client
    var jobs: Int
    /// Results that it has; `nil` when it died or was stopped.
    var kept: Int?
    var requestsPerJob: Double
    /// Seconds from a job's end to when that was known, in order.
    var delays: [Double]
    /// Processor seconds of all jobs.
    var cpu: Double?

    /// The delay that this part of the jobs does not exceed, in milliseconds.
    func delay(_ quantile: Double) -> Double? {
        guard !delays.isEmpty else { return nil }
        return delays[min(delays.count - 1, Int(Double(delays.count) * quantile))] * 1_000
    }

    /// The goals of watching cheaply, for each number of jobs that was tried.
    ///
    /// - Parameter median: Of a job's seconds.
    static func goals(of all: [EndpointBenchFigures], median: Double) -> [Goal] {
        all.filter { $0.client == .ours }.flatMap { own in
            own.goals(median: median, beside: all.first { $0.client == .sdk && $0.jobs == own.jobs })
        }
    }

    private func goals(median: Double, beside other: EndpointBenchFigures?) -> [Goal] {
        let kept = kept.map { Double($0) / Double(max(jobs, 1)) * 100 } ?? 0
        var goals = [Goal("results kept of \(jobs)", .atLeast(100), "%", kept)]
        if jobs <= 60 {
            // Shorter ones need fewer.
            let isLong = median >= 300
            let excuse = isLong ? nil : "the goal is for jobs of five minutes, --seconds 300"
            goals.append(
                Goal(
                    "requests a job, \(jobs) in flight",
                    .atMost(11),
                    "",
                    isLong ? requestsPerJob : nil,
                    excuse: excuse
                )
            )
        }
        if jobs <= 280 {
            goals.append(Goal("end → seen p50, \(jobs) in flight", .atMost(60), "ms", delay(0.5)))
            goals.append(Goal("end → seen p95, \(jobs) in flight", .atMost(250), "ms", delay(0.95)))
        }
        return goals + [processorGoal(beside: other)]
    }

    /// Both have to have done all of the work for the comparison to mean anything.
    private func processorGoal(beside other: EndpointBenchFigures?) -> Goal {
        let name = "processor time of the SDK's, \(jobs) in flight"
        guard let other else { return Goal(name, .atMost(10), "%", nil, excuse: "there is no SDK beside it") }
        guard other.kept == jobs, let theirs = other.cpu, theirs > 0, let cpu else {
            return Goal(name, .atMost(10), "%", nil, excuse: "the SDK kept \(other.kept ?? 0) of \(jobs)")
        }
        return Goal(name, .atMost(10), "%", cpu / theirs * 100)
    }
}
