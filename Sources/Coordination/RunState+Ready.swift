import DequeModule
package import Flashpoints

extension RunState {
    /// What may be sent now, and the end when all is settled; ask once a batch has been reduced.
    ///
    /// Apart from `reduce`, because events of one batch can undo what an earlier one of it would have started.
    ///
    /// - Parameters:
    ///   - at: Wall time in milliseconds since 1970.
    ///   - now: Seconds driven.
    package func ready(at: Int64, now: Double) -> [Effect] {
        guard phase == .running else { return [] }
        if counts.settled == total, lanes.allSatisfy({ $0.live == nil }) {
            return [.record(.runEnded(answer(at: at, now: now)))]
        }
        guard !isPaused, !isCancelled, halted == nil else { return [] }
        return lanes.compactMap { lane in
            guard let work = lane.nextWork(at: now) else { return nil }
            let ref = AttemptRef(worker: lane.worker, chunk: work.chunk, attempt: work.attempt)
            return .intend(ref, indices: work.indices)
        }
    }

    /// The run's answer as it stands, without results and failures.
    package func answer(at: Int64, now: Double) -> RunAnswer {
        let header = plan.header
        return RunAnswer(
            date: header.date,
            trigger: header.trigger,
            cleanup: header.cleanup,
            workers: header.workers,
            durationSeconds: now,
            run: header.run,
            flashpoints: total,
            succeeded: counts.ok,
            failed: counts.failed,
            cancelled: counts.cancelled,
            wallSeconds: Double(at - plannedAt) / 1000,
            speedup: speedup
        )
    }
}

extension Lane {
    /// What the lane sends next, if it is free to: a retry whose pause is over, else the head of its queue.
    func nextWork(at now: Double) -> Work? {
        guard live == nil, !isCancelled else { return nil }
        let due = retries.first { retry in retry.due.map { $0 <= now } ?? false }
        return due?.work ?? queue.first
    }

    /// Removes the work that is about to go out.
    mutating func take(chunk: Int, attempt: Int) {
        let isIt = { (work: Work) in work.chunk == chunk && work.attempt == attempt }
        retries.removeAll { isIt($0.work) }
        queue.removeAll(where: isIt)
        lastAttempt[chunk] = attempt
    }

    /// Removes one flashpoint from all that waits to be sent, and what is empty then.
    mutating func drop(_ index: Int) {
        func without(_ indices: IndexList) -> IndexList {
            indices.contains(index) ? IndexList(indices.filter { $0 != index }) : indices
        }
        for place in retries.indices { retries[place].work.indices = without(retries[place].work.indices) }
        retries.removeAll { $0.work.indices.isEmpty }
        for place in queue.indices { queue[place].indices = without(queue[place].indices) }
        queue.removeAll { $0.indices.isEmpty }
    }

    /// Removes and returns all that waits to be sent, in index order.
    mutating func dropAll() -> [Int] {
        let waiting = retries.flatMap(\.work.indices) + queue.flatMap(\.indices)
        retries = []
        queue = []
        return waiting.sorted()
    }
}
