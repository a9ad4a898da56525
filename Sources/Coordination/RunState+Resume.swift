import Flashpoints

extension RunState {
    /// Takes up what a former driver left; a pause of the run is over.
    ///
    /// First the jobs that are known, the oldest first, since it ends and its result expires first; then the submissions
    /// without an answer are looked for; what has to be submitted again comes last.
    ///
    /// - Parameters:
    ///   - t: Seconds driven.
    ///   - gap: Milliseconds since the latest event before, by the wall clock.
    mutating func resumed(at endpoint: String, t: Double, gap: Int64) -> [Effect] {
        halted = nil
        trouble = nil
        isPaused = false
        pauseCause = nil
        breaker.reset()
        for place in lanes.indices { lanes[place].live?.isInherited = true }
        var known: [Lane.Live] = []
        var searched: [Effect] = []
        var gone: [Effect] = []
        for live in lanes.compactMap(\.live) {
            if live.endpoint.isOnThisMachine, live.endpoint != endpoint {
                let message = "the endpoint on this machine that had it ended with its driver"
                gone.append(.record(.attemptEnded(live.ref, AttemptEnd(.gone, status: "GONE", message: message))))
            } else if live.job != nil {
                known.append(live)
            } else if live.phase == .unknown {
                searched.append(.setTimer(.unknownGrace(live.ref), t: t + plan.policy.unknownGrace))
            } else {
                let why = "the driver ended before it learned whether the submission was accepted"
                searched.append(.record(.attemptUnknown(live.ref, why: why)))
            }
        }
        known.sort { ($0.acceptedAt ?? 0, $0.ref.worker) < ($1.acceptedAt ?? 0, $1.ref.worker) }
        let report = resumption(known: known, searched: searched.count, gone: gone.count, gap: gap)
        return report + known.flatMap(takeUp) + searched + gone + lanes.flatMap(pauses)
    }

    private func takeUp(_ live: Lane.Live) -> [Effect] {
        guard let job = live.job else { return [] }
        let watch = Effect.watch(live.ref, job: job, endpoint: live.endpoint)
        return live.cancelSent ? [watch, .cancelJob(live.ref, job: job, endpoint: live.endpoint)] : [watch]
    }

    /// The pauses of a lane that had not ended, or had not even been drawn.
    private func pauses(of lane: Lane) -> [Effect] {
        let undrawn: [Effect] = lane.retries.filter { $0.due == nil }.map { retry in
            let next = AttemptRef(worker: lane.worker, chunk: retry.work.chunk, attempt: retry.work.attempt)
            return .backOff(next, ceiling: 0, why: "the pause had not been drawn")
        }
        return undrawn + (lane.nextDue.map { [.setTimer(.retry(worker: lane.worker), t: $0)] } ?? [])
    }

    /// The lines of the log that say what a resumed run found and does about it.
    private func resumption(known: [Lane.Live], searched: Int, gone: Int, gap: Int64) -> [Effect] {
        guard phase == .running else { return [] }
        var parts: [String] = []
        if !known.isEmpty { parts.append("follows \(Self.count(known.count, "job")) again") }
        if searched > 0 { parts.append("looks for \(Self.count(searched, "submission")) without an answer") }
        if gone > 0 { parts.append("submits \(Self.count(gone, "job")) again that went with the endpoint") }
        let waiting = lanes.reduce(0) { sum, lane in
            lane.retries.reduce(lane.queue.reduce(sum) { $0 + $1.indices.count }) { $0 + $1.work.indices.count }
        }
        if waiting > 0 { parts.append("has \(Self.count(waiting, "flashpoint")) to send") }
        if parts.isEmpty { parts.append("goes on") }
        let message = "Run \(parts.joined(separator: ", ")); \(counts.settled) of \(total) flashpoints had settled"
        var effects = [Effect.record(.log(level: .info, worker: nil, message: message))]
        if gap > Overview.retention, known.contains(where: { !$0.endpoint.isOnThisMachine }) {
            let message =
                "The run was not driven for \(gap / 60_000) minutes, and results are kept for 30: "
                + "what its jobs finished more than 30 minutes ago is gone and is computed again"
            effects.append(.record(.log(level: .warning, worker: nil, message: message)))
        }
        return effects
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}

extension String {
    /// Whether this endpoint lives and dies with its driver: its address carries an instance, `URL#instance`.
    var isOnThisMachine: Bool { contains("#") }
}
