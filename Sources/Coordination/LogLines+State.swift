extension LogLines {
    /// The fold of a run's events so far, without reading them again.
    ///
    /// What its state does not keep is as new: of what was amiss with the endpoint nothing counts as told.
    package init(level: LogLevel, of state: RunState) {
        self.init(level: level)
        guard state.phase != .planned else { return }
        lanes = state.plan.header.shares.map { Lane(share: $0) }
        let columns = state.flashpoints
        for index in columns.standing.indices {
            let place = Int(columns.worker[index]) - 1
            guard lanes.indices.contains(place) else { continue }
            // Sent and back without an outcome: its worker has begun, unless no endpoint ever took anything.
            var hasBegun = state.hasBeenAccepted && columns.attempts[index] > 0
            switch columns.standing[index] {
            case .ok: lanes[place].ok += 1
            case .failed:
                lanes[place].failed += 1
                failed.insert(Int32(clamping: index))
            case .cancelled, .inFlight:
                if columns.standing[index] == .cancelled { lanes[place].cancelled += 1 }
                hasBegun = false
            case .pending: break
            }
            if hasBegun { lanes[place].hasStarted = true }
        }
        _ = findings.lines(for: Event(seq: 0, at: state.at, t: state.t, body: .runPlanned(state.plan.header)))
        for live in state.lanes.compactMap(\.live) { take(live, of: state) }
    }

    /// Takes what is known of an attempt that is out.
    private mutating func take(_ live: Coordination.Lane.Live, of state: RunState) {
        let place = live.ref.worker - 1
        guard lanes.indices.contains(place) else { return }
        if live.job != nil { lanes[place].hasStarted = true }
        if live.phase == .unknown { lanes[place].unanswered = live.ref }
        lanes[place].current = live.begun.filter { state.flashpoints.standing[$0] == .inFlight }.max().map { index in
            (index: index, id: state.plan.catalogue.id(index))
        }
        var bodies: [Event.Body] = [
            .attemptIntended(live.ref, nonce: "", indices: live.indices, endpoint: live.endpoint)
        ]
        if let job = live.job { bodies.append(.attemptAccepted(live.ref, job: job)) }
        if live.phase == .started { bodies.append(.attemptStarted(live.ref, instance: live.instance, delayMS: nil)) }
        for body in bodies {
            _ = findings.lines(for: Event(seq: 0, at: state.at, t: live.acceptedAt ?? state.t, body: body))
        }
    }
}
