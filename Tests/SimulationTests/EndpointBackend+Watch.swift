import Coordination
import Flashpoints
import RunEngine
import RunPodAPI

extension EndpointBackend {
    func watch(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        if scene.sabotage?.kind == .losesJobs, order.isTakenUp {
            _ = scene.sabotage?.strike()
            return await report(.ended(order.ref, AttemptEnd(.lost, status: "TIMED_OUT")))
        }
        let dice = Dice(seed: UInt64(job.utf8.reduce(0) { $0 &* 31 &+ Int($1) }) &+ scene.scenario.seed)
        let reader = HandlerOutput(
            indices: order.indices,
            ids: order.indices.map { "fp-\($0)" },
            executionMS: nil
        )
        var hasStarted = false
        var misses = 0
        var isSilent = false
        while !Task.isCancelled {
            let fault = scene.weatherNow()
            switch fault {
            case nil, .slow, .notFound:
                if isSilent { await report(.reachable) }
                isSilent = false
            case .denied(let status):
                return await report(.refused(order.ref, Failure(.config, "the endpoint refuses us (\(status))")))
            case .lostAfter, .truncated, .garbage:
                // What was handed out is gone.
                _ = scene.endpoint { $0.drain(job, now: $1) }
                fallthrough
            default:
                isSilent = true
                await report(.unreachable(since: scene.wallTime, cause: "no answer", status: fault?.status))
                guard await sleep(dice.seconds(0.2...10)) else { return }
                continue
            }
            guard fault != .notFound, let answer = scene.endpoint({ $0.drain(job, now: $1) }) else {
                misses += 1
                if misses == 3 {
                    return await report(.ended(order.ref, AttemptEnd(.lost, status: "404", message: "no such job")))
                }
                guard await sleep(2) else { return }
                continue
            }
            misses = 0
            if !hasStarted, let look = scene.endpoint({ $0.look(at: job, now: $1) }), look.job.takenAt != nil {
                hasStarted = true
                await report(.started(order.ref, instance: look.job.instance, delayMS: look.job.delayMS))
            }
            let pieces = answer.pieces.count > 1 && dice.chance(0.1) ? answer.pieces.reversed() : answer.pieces
            for piece in pieces { await tell(piece, of: order, reader, dice, to: report) }
            if answer.status.isTerminal, answer.pieces.isEmpty,
                let look = scene.endpoint({ $0.look(at: job, now: $1) }), let end = AttemptEnd(look)
            {
                return await close(order, look.job, end, dice, to: report)
            }
            guard await sleep(scene.pause(atMost: 20)) else { return }
        }
    }

    private func sleep(_ seconds: Double) async -> Bool {
        (try? await scene.clock.sleep(for: .seconds(seconds))) != nil
    }

    private func tell(
        _ piece: Endpoint.Piece,
        of order: JobOrder,
        _ reader: HandlerOutput,
        _ dice: Dice,
        to report: Reporter
    ) async {
        switch piece {
        case .record(let record):
            if case .result(let result) = record, dice.chance(0.05) {
                await lie(about: result, order, dice, to: report)
            }
            await report(.record(order.ref, record))
            if dice.chance(0.03) { await report(.record(order.ref, record)) }
        case .value(let value):
            switch reader.piece(value) {
            case .record(let record): await report(.record(order.ref, record))
            case .results(let results): for result in results { await report(.result(order.ref, result)) }
            }
        }
    }

    /// Tells what the job's output holds and how it ended; sometimes a piece comes after the end.
    private func close(
        _ order: JobOrder,
        _ job: Endpoint.Job,
        _ end: AttemptEnd,
        _ dice: Dice,
        to report: Reporter
    ) async {
        let reader = HandlerOutput(
            indices: order.indices,
            ids: order.indices.map { "fp-\($0)" },
            executionMS: job.executionMS
        )
        let results = end.kind == .completed ? reader.results(in: job.output) : []
        let late = dice.chance(0.05) ? dice.below(results.count + 1) : results.count
        for result in results[..<late] { await report(.result(order.ref, result)) }
        await report(.ended(order.ref, end))
        if end.kind != .completed, dice.chance(0.1),
            let index = order.indices.dropFirst(dice.below(order.indices.count)).first
        {
            // A worker that nobody waits for any more hands in what it has.
            guard await sleep(dice.seconds(0...20)) else { return }
            let value = Worker.value(index, hash: Scenario.hash(index))
            let result = ItemResult(index: index, id: nil, hash: nil, outcome: .success(value), seconds: 1)
            return await report(.result(order.ref, result))
        }
        guard late < results.count, await sleep(dice.seconds(0...3)) else { return }
        for result in results[late...] { await report(.result(order.ref, result)) }
    }

    /// Tells something that was not asked for or is not true, with at least one label that says so.
    private func lie(about result: FlashpointResult, _ order: JobOrder, _ dice: Dice, to report: Reporter) async {
        var lie = ItemResult(
            index: result.index,
            id: result.id,
            hash: result.hash,
            outcome: .success(["made": "up"]),
            seconds: 1
        )
        switch dice.below(4) {
        case 0: lie.hash = Scenario.hash(result.index + 77)
        case 1: lie.id = "another-run-\(result.index)"
        case 2: lie.index = result.index + dice.pick(1, -1, 40)
        default: lie.index = -1
        }
        await report(.result(order.ref, lie))
    }
}

extension AttemptEnd {
    /// How the job ended, as far as an answer tells; `nil` while it goes on or seems to.
    fileprivate init?(_ look: Endpoint.Look) {
        guard look.status.isTerminal, let ending = look.job.ending else { return nil }
        let kind: Kind =
            switch ending {
            // A client may or may not see why there is no output.
            case .completed where look.job.isBloated && look.job.asked.isMultiple(of: 2): .oversize
            case .completed: .completed
            case .failed: .failed
            case .timedOut: .timedOut
            case .lost: .lost
            case .cancelled: .cancelled
            }
        self.init(
            kind,
            status: look.status.rawValue,
            executionMS: look.job.executionMS,
            message: look.job.error
        )
    }
}
