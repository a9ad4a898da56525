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
        guard !isPaused, halted == nil else { return [] }
        return lanes.compactMap { lane in
            guard let work = lane.nextWork(at: now.wholeMilliseconds) else { return nil }
            let ref = AttemptRef(worker: lane.worker, chunk: work.chunk, attempt: work.attempt)
            return .intend(ref, indices: work.indices)
        }
    }

    /// The run's answer as it stands, without results and failures.
    package func answer(at: Int64, now: Double) -> RunAnswer {
        let header = plan.header
        var answer = RunAnswer(
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
            // A clock that was set back must not make it shorter than what was driven.
            wallSeconds: max(now, Double(at - plannedAt) / 1000),
            speedup: speedup
        )
        if bill.isBilled { answer.bill = bill.figures(at: now, price: header.pricePerSecond) }
        return answer
    }
}
