import RunPodAPI
import TestSupport
import Testing

@testable import LocalEndpoint

/// Random histories, each from its seed: whatever happens in whatever order, the books agree.
@Suite("The queue: random histories")
struct JobQueueHistoryTests {
    @Test("Each job has one state and at most one holder, and each request one answer", arguments: 0..<40)
    func conservation(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var limits = JobQueue.Limits()
        limits.streamBytes = 40
        limits.jobs = 25
        var bench = QueueBench(limits: limits)
        var asked: Set<UInt64> = []
        var submitted = 0
        var streamed: [String: [JSONText]] = [:]
        var drained: [String: [JSONText]] = [:]
        let workers = ["w1", "w2", "w3"]

        for step in 0..<500 {
            let worker = try #require(workers.randomElement(using: &generator))
            let job = "j\(Int.random(in: 0...max(0, submitted), using: &generator))"
            let wait = Duration.seconds(Int.random(in: 0...8, using: &generator))
            switch Int.random(in: 0..<17, using: &generator) {
            case 0, 1:
                let submission = Submission(
                    input: try json("\(step)"),
                    executionTimeout: .seconds(Int.random(in: 1...30, using: &generator)),
                    ttl: .seconds(Int.random(in: 1...90, using: &generator)),
                    retention: .seconds(Int.random(in: 1...60, using: &generator))
                )
                submitted += 1
                let id = "j\(submitted)"
                let held = Bool.random(using: &generator) ? wait : nil
                asked.insert(bench.ask { .submitted(submission, id: id, wait: held, $0) })
            case 2, 3: asked.insert(bench.ask { .takeAsked(worker, batch: nil, hold: wait, $0) })
            case 4: asked.insert(bench.ask { .takeAsked(worker, batch: 2, hold: wait, $0) })
            case 5:
                let stops = Int.random(in: 0..<4, using: &generator) == 0
                asked.insert(bench.ask { .done(worker, job, .completed(output: nil), stopsWorker: stops, $0) })
            case 6: asked.insert(bench.ask { .done(worker, job, .failed(error: "e", output: nil), $0) })
            case 7:
                let chunk = try json("\(step)")
                let before = bench.queue.jobs[job]?.run?.worker == worker
                let waiter = bench.ask { .streamed(worker, job, chunk: chunk, $0) }
                asked.insert(waiter)
                // The event's own time may have ended the run first.
                let isKept = bench.queue.jobs[job]?.run?.worker == worker
                if before, isKept, bench.answers[waiter] == .acknowledged { streamed[job, default: []].append(chunk) }
            case 8: asked.insert(bench.ask { .streamAsked(job, wait: wait, $0) })
            case 9: asked.insert(bench.ask { .statusSyncAsked(job, wait: wait, $0) })
            case 10: asked.insert(bench.ask { .cancelAsked(job, $0) })
            case 11:
                let waiter = bench.ask { .retryAsked(job, $0) }
                asked.insert(waiter)
                if case .accepted = bench.answers[waiter] {
                    streamed[job] = nil
                    drained[job] = nil
                }
            case 12:
                let held = (bench.queue.workers[worker]?.jobs ?? []).filter { _ in
                    Int.random(in: 0..<5, using: &generator) > 0
                }
                asked.insert(bench.ask { .pinged(worker, holding: held.sorted(), isHealthy: true, $0) })
            case 13: asked.insert(bench.ask { .stopAsked(worker, hold: wait, $0) })
            case 14:
                if let waiter = bench.queue.waiters.keys.sorted().randomElement(using: &generator) {
                    bench.tell(.waiterLeft(waiter))
                }
            case 15:
                bench.tell(
                    Bool.random(using: &generator)
                        ? .workerGone(worker, isCrashLooping: false) : .workerStarted(worker)
                )
            default: bench.advance(.milliseconds(Int.random(in: 1...4_000, using: &generator)))
            }
            for (_, reply) in bench.takeAnswers() {
                if case .chunks(let id, _, let chunks) = reply { drained[id, default: []] += chunks }
            }
            try check(bench, asked)
        }

        bench.tell(.closed)
        #expect(bench.queue.waiters.isEmpty)
        #expect(bench.answered == asked, "every request is answered")
        for (job, chunks) in drained {
            let sent = streamed[job] ?? []
            #expect(Array(sent.prefix(chunks.count)) == chunks, "\(job): chunks come once and in order")
        }
        bench.advance(.seconds(100_000))
        #expect(bench.queue.jobs.isEmpty, "everything expires")
        #expect(bench.queue.bytes == 0)
    }

    private func check(_ bench: QueueBench, _ asked: Set<UInt64>) throws {
        let queue = bench.queue
        #expect(Set(queue.waiters.keys).union(bench.answered) == asked)
        #expect(Set(queue.waiters.keys).isDisjoint(with: bench.answered))
        let queued = queue.jobs.values.filter { $0.status == .inQueue }.map(\.id)
        #expect(Set(queued) == Set(queue.line.elements))
        #expect(queue.line.count == queued.count)
        var holders: [String: String] = [:]
        for (name, worker) in queue.workers {
            for job in worker.jobs {
                #expect(holders[job] == nil, "two holders")
                holders[job] = name
            }
        }
        let running = queue.jobs.compactMapValues { $0.run?.worker }
        #expect(holders == running)
        #expect(queue.bytes == queue.jobs.values.reduce(0) { $0 + $1.size })
        for job in queue.jobs.values {
            #expect(job.retries <= 1)
            #expect(job.chunkBytes <= queue.limits.streamBytes)
            #expect(
                job.status == .inQueue || job.status == .failed || job.status == .timedOut || job.run != nil
                    || job.input == nil
            )
        }
        // Beside a held take there are only jobs that workers without one are to get.
        let takers = queue.waiters.values.compactMap { if case .take(let worker, _, _) = $0 { worker } else { nil } }
        // Looked at at the last event, and time has only passed since.
        let expected = queue.workers.values.count { $0.isExpected(at: bench.now) }
        let held = takers.compactMap { queue.workers[$0] }
        #expect(queue.line.isEmpty || !held.contains { $0.isFree })
        #expect(queue.line.count <= expected || !held.contains { !$0.isLeaving })
    }
}
