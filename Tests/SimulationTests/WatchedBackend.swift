import Coordination
import RunEngine

/// A backend as one driver has it: silent once that driver's life is over, watched by the oracle, open to sabotage.
struct WatchedBackend<B: Backend>: Backend {
    let inner: B
    let life: Life
    let oracle: Oracle
    let sabotage: Sabotage?

    var endpoint: String { inner.endpoint }

    private func watched(_ report: @escaping Reporter) -> Reporter {
        { [life, oracle, sabotage] told in
            guard !life.isOver else { return }
            let mark = oracle.mark
            oracle.told(told)
            for one in sabotage?.delivered(of: told) ?? [told] { await report(one) }
            if !life.isOver { oracle.delivered(told, since: mark) }
        }
    }

    /// An answer, noted as told.
    private func noted(_ answer: Report?) -> Report? {
        guard !life.isOver, let answer else { return nil }
        oracle.told(answer)
        return answer
    }

    func submit(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        guard !life.isOver else { return nil }
        return noted(await inner.submit(order, report: watched(report)))
    }

    func watch(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        guard !life.isOver else { return }
        if sabotage?.kind == .abandonsJobs, order.isTakenUp {
            _ = sabotage?.strike()
            return await report(.ended(order.ref, AttemptEnd(.lost, status: AttemptEnd.forgottenStatus)))
        }
        await inner.watch(order, job: job, report: watched(report))
    }

    func find(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        guard !life.isOver else { return nil }
        return noted(await inner.find(order, report: watched(report)))
    }

    func cancel(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        guard !life.isOver else { return }
        await inner.cancel(order, job: job, report: watched(report))
    }

    func attend(report: @escaping Reporter) async {
        guard !life.isOver else { return }
        await inner.attend(report: watched(report))
    }
}

extension JobOrder {
    /// Whether a former driver submitted it; nobody knows its nonce any more.
    var isTakenUp: Bool { nonce.isEmpty }
}
