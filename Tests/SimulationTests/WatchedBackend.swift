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
            for one in sabotage?.delivered(of: told) ?? [told] { await report(one) }
            if !life.isOver { oracle.delivered(told, since: mark) }
        }
    }

    func submit(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        guard !life.isOver else { return nil }
        let answer = await inner.submit(order, report: watched(report))
        return life.isOver ? nil : answer
    }

    func watch(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        guard !life.isOver else { return }
        await inner.watch(order, job: job, report: watched(report))
    }

    func find(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        guard !life.isOver else { return nil }
        let answer = await inner.find(order, report: watched(report))
        return life.isOver ? nil : answer
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
