import Coordination
import Flashpoints
import RunEngine

/// An endpoint whose jobs are done at once and give every flashpoint the same result.
struct BenchBackend: Backend {
    let endpoint = "bench"
    let catalogue: Catalogue
    let result: JSONValue

    func submit(_ order: JobOrder, report: @escaping Reporter) async -> Report? {
        .accepted(order.ref, job: "job-\(order.ref.chunk)")
    }

    func watch(_ order: JobOrder, job: String, report: @escaping Reporter) async {
        await report(.started(order.ref, instance: "bench", delayMS: 0))
        for index in order.indices {
            let id = catalogue.id(index)
            await report(.record(order.ref, .start(index: index, id: id)))
            let done = FlashpointResult(
                index: index,
                id: id,
                hash: catalogue.hash(index),
                outcome: .success(result),
                seconds: 1
            )
            await report(.record(order.ref, .result(done)))
        }
        await report(.ended(order.ref, AttemptEnd(.completed, status: "COMPLETED", executionMS: 10_000)))
    }

    func find(_ order: JobOrder, report: @escaping Reporter) async -> Report? { .ended(order.ref, .unanswered) }
    func cancel(_ order: JobOrder, job: String, report: @escaping Reporter) async {}
    func attend(report: @escaping Reporter) async {}
}

/// A result of a pipeline's shape and of some `bytes` bytes.
func benchResult(bytes: Int) -> JSONValue {
    let cluster: JSONValue = [
        "cluster_id": "c-1", "article_count": 7, "score": 0.8125,
        "summary": "A sentence or two about what happened, where it did, and who said so; \"quoted\" at times.",
        "articles": ["https://news-1.example/1/story", "https://news-2.example/1/story"],
    ]
    let each = (try? cluster.jsonText().count) ?? 1
    return ["clusters": .array(Array(repeating: cluster, count: max(1, bytes / each))), "loaded": true]
}
