import Flashpoints
import Testing

@testable import RunPodServerless

@Suite("StreamDigest")
struct StreamDigestTests {
    private func of(_ worker: Int, _ record: StreamRecord) -> StreamRecord {
        .coordinated(CoordinatedRecord(worker: worker, .record(record)))
    }

    private func progress(_ worker: Int, _ done: Int) -> StreamRecord {
        of(worker, .progress(index: worker, stage: "extract", done: done, of: 9))
    }

    private func result(_ worker: Int) -> StreamRecord {
        of(worker, .result(FlashpointResult(index: worker, id: "f", hash: nil, outcome: .success(1), seconds: 1)))
    }

    @Test("Of what shows where a worker stands the latest is left, in its place; all else stays")
    func latest() {
        let batch: [StreamRecord] = [
            of(1, .start(index: 1, id: "a")), progress(1, 1), of(1, .heartbeat(residentMB: 1, cpuSeconds: 1)),
            progress(2, 1), progress(1, 2), of(2, .log(level: "INFO", message: "words")), progress(2, 2), result(1),
            of(1, .heartbeat(residentMB: 2, cpuSeconds: 2)), progress(1, 3), .log(level: "DEBUG", message: "more"),
        ]
        let digest = StreamDigest(batch)
        #expect(!digest.isBehind)
        #expect(digest.records == [0, 5, 6, 7, 8, 9, 10].map { batch[$0] })
    }

    @Test("Of a backlog that is left what a reader acts on")
    func backlog() {
        let needed: [StreamRecord] = [
            .coordinated(CoordinatedRecord(worker: 1, .accepted(job: "j"))),
            .coordinated(CoordinatedRecord(worker: 1, .started(instance: nil, delayMS: nil))), result(1),
            of(1, .log(level: "WARNING", message: "w")), .log(level: "ERROR", message: "e"),
            .coordinated(CoordinatedRecord(worker: 1, .cancelled(index: 2, id: "b"))),
            .coordinated(CoordinatedRecord(worker: 1, .ended(status: "COMPLETED", executionMS: 1, message: nil))),
        ]
        let rest: [StreamRecord] = [
            of(1, .start(index: 1, id: "a")), progress(1, 1), of(1, .heartbeat(residentMB: 1, cpuSeconds: 1)),
            of(1, .log(level: "INFO", message: "i")), .log(level: "odd", message: "o"),
        ]
        let digest = StreamDigest(rest + needed + rest, most: 10)
        #expect(digest.isBehind)
        #expect(digest.records == needed)
    }
}
