import Flashpoints
import FoundationEssentials
import HTTPTransport
import RunPodAPI
import Synchronization
import TestSupport
import Testing

@Suite("RunPodWorker", .timeLimit(.minutes(5)))
struct RunPodWorkerTests {
    typealias Reply = ScriptedServer.Reply
    typealias Request = ScriptedServer.Request

    /// Plays the platform: gives the takes one after another, then holds; takes every result unless told otherwise.
    final class Platform: Sendable {
        private let takes: Mutex<[Reply]>
        private let answer: @Sendable (Request) async throws -> Reply?

        init(takes: [Reply], answer: @escaping @Sendable (Request) async throws -> Reply? = { _ in nil }) {
            self.takes = Mutex(takes)
            self.answer = answer
        }

        func reply(to request: Request) async throws -> Reply {
            if let reply = try await answer(request) { return reply }
            switch request.operation {
            case "job-take": return takes.withLock { $0.isEmpty ? nil : $0.removeFirst() } ?? .hang
            case "job-stop": return .hang
            default: return .answer()
            }
        }
    }

    static func job(_ id: String, _ input: String = #"{"x":1}"#) -> Reply {
        .answer(200, #"{"id":"\#(id)","input":\#(input),"webhook":null}"#)
    }

    /// A running worker and all that a test asks of it.
    struct Bench {
        var server: ScriptedServer
        var clock: TestClock
        var drain: Latch
        var notices: @Sendable () -> [WorkerNotice]

        func requests(_ operation: String) -> [Request] { server.requests.filter { $0.operation == operation } }

        func wait(for count: Int = 1, _ operation: String) async throws {
            try await server.waitForRequests(count) { $0.operation == operation }
        }

        /// Moves time on whenever the worker sleeps, until `count` such requests have come.
        func pass(until count: Int, _ operation: String) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while true {
                        try Task.checkCancellation()
                        clock.advanceToNextSleeper()
                        await Task.yield()
                    }
                }
                try await wait(for: count, operation)
                group.cancelAll()
            }
        }
    }

    func withWorker(
        _ platform: Platform,
        query: String = "?gpu=x",
        extras: [String: String] = [:],
        clock: TestClock = TestClock(),
        handler: @escaping JobHandler = { job, _ in job.input },
        _ body: @escaping @Sendable (Bench) async throws -> Void
    ) async throws {
        try await withScriptedServer { request in
            try await platform.reply(to: request)
        } _: { server in
            let base = "\(server.url)/v2/ep"
            var variables = [
                "RUNPOD_WEBHOOK_GET_JOB": "\(base)/job-take/$ID\(query)",
                "RUNPOD_WEBHOOK_POST_OUTPUT": "\(base)/job-done/$RUNPOD_POD_ID/$ID\(query)",
                "RUNPOD_WEBHOOK_POST_STREAM": "\(base)/job-stream/$RUNPOD_POD_ID/$ID\(query)",
                "RUNPOD_POD_ID": "wkr1", "RUNPOD_AI_API_KEY": "wkey-0123456789",
            ]
            variables.merge(extras.mapValues { $0.replacing("BASE", with: base) }) { $1 }
            let environment = try WorkerEnvironment(variables, freshID: { "fresh" })
            let log = NoticeLog()
            let drain = Latch()
            try await HTTPTransport.withTransport(.polls) { polls in
                try await HTTPTransport.withTransport(.control) { control in
                    let worker = RunPodWorker(
                        client: WorkerClient(environment: environment, polls: polls, control: control),
                        clock: clock,
                        chance: { 0.5 },
                        notify: { log.append($0) }
                    )
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await worker.run(until: drain, handler: handler) }
                        defer { group.cancelAll() }
                        try await body(Bench(server: server, clock: clock, drain: drain, notices: { log.all }))
                        // A worker ends by draining or by being cancelled.
                        if drain.isReleased { try await group.waitForAll() }
                    }
                }
            }
        }
    }

    private final class NoticeLog: Sendable {
        private let notices = Mutex<[WorkerNotice]>([])
        func append(_ notice: WorkerNotice) { notices.withLock { $0.append(notice) } }
        var all: [WorkerNotice] { notices.withLock { $0 } }
    }

    @Test("A job is taken, worked on and posted the way RunPod's SDK does it", arguments: ["?gpu=x", "", "&gpu=x"])
    func roundTrip(query: String) async throws {
        try await withWorker(Platform(takes: [Self.job("j-1")]), query: query) { job, writer in
            await writer.write(["event": "start"])
            return ["seen": job.input]
        } _: { bench in
            try await bench.wait("job-done")
            bench.drain.release()
            let joint = query.isEmpty ? "?" : "\(query)&"
            #expect(bench.requests("job-take").first?.target == "/v2/ep/job-take/wkr1\(joint)job_in_progress=0")
            let done = try #require(bench.requests("job-done").first)
            #expect(done.target == "/v2/ep/job-done/wkr1/j-1\(joint)isStream=true")
            #expect(done.text == #"{"output":{"seen":{"x":1}}}"#)
            let record = try #require(bench.requests("job-stream").first)
            #expect(record.target == "/v2/ep/job-stream/wkr1/j-1\(joint)isStream=false")
            #expect(record.text == #"{"output":{"event":"start"}}"#)
            for request in bench.server.requests { #expect(request.header("authorization") == "wkey-0123456789") }
        }
    }

    @Test("A handler's error goes out as a string")
    func handlerError() async throws {
        try await withWorker(Platform(takes: [Self.job("j1")])) { _, _ in
            throw Failure(.transient, "no \"luck\"")
        } _: { bench in
            try await bench.wait("job-done")
            bench.drain.release()
            #expect(bench.requests("job-done").first?.text == #"{"error":"no \"luck\""}"#)
            #expect(bench.requests("job-done").first?.target.hasSuffix("isStream=false") == true)
        }
    }

    @Test(
        "Whatever means that there is no job is asked past",
        arguments: [
            Reply.answer(204), .answer(200, ""), .answer(200, "[]"), .answer(200, "null"), .answer(400, "restoring"),
            .answer(200, "<html>", type: "text/html"), .answer(200, #"{"input":{}}"#),
        ]
    )
    func noJob(reply: Reply) async throws {
        try await withWorker(Platform(takes: [reply, Self.job("j1")])) { bench in
            try await bench.pass(until: 1, "job-done")
            bench.drain.release()
            #expect(bench.requests("job-done").first?.text == #"{"output":{"x":1}}"#)
            #expect(bench.notices().allSatisfy { if case .takeFailed = $0 { false } else { true } })
        }
    }

    @Test("A list of jobs is worked through, and one without input has an empty one")
    func severalJobs() async throws {
        let list = Reply.answer(200, #"[{"id":"j1"},{"oops":1},{"id":"j2","input":{"y":2}}]"#)
        try await withWorker(Platform(takes: [list])) { bench in
            try await bench.wait(for: 2, "job-done")
            bench.drain.release()
            #expect(bench.requests("job-done").map(\.text) == [#"{"output":{}}"#, #"{"output":{"y":2}}"#])
        }
    }

    @Test("A result that JSON can't hold fails its job with text")
    func unserialisable() async throws {
        try await withWorker(Platform(takes: [Self.job("j1")])) { _, _ in
            ["ratio": .number(.nan)]
        } _: { bench in
            try await bench.wait("job-done")
            bench.drain.release()
            #expect(bench.requests("job-done").map(\.text) == [#"{"error":"the result can't be written as JSON"}"#])
        }
    }

    @Test("Refusals and broken connections are asked past with longer and longer pauses")
    func takeBackoff() async throws {
        let takes: [Reply] = [
            .answer(401), .answer(404), .answer(500), .reset, .answer(502), .answer(503), .answer(500),
            .answer(429, headers: [("Retry-After", "7")]), .answer(429), Self.job("j1"),
        ]
        try await withWorker(Platform(takes: takes)) { bench in
            try await bench.pass(until: 1, "job-done")
            bench.drain.release()
            let waits = bench.notices().compactMap { notice -> Duration? in
                guard case .takeFailed(_, let wait) = notice else { return nil }
                return wait
            }
            #expect(waits == [187.5, 375, 750, 1500, 3000, 3750, 3750, 7000, 5000].map { Duration.milliseconds($0) })
        }
    }

    @Test("A result is posted again until it is acknowledged")
    func doneRetried() async throws {
        let tries = Counter()
        let platform = Platform(takes: [Self.job("j1")]) { request in
            guard request.operation == "job-done" else { return nil }
            let number = tries.next()
            switch number {
            case 1: return .answer(500)
            case 2: return .reset
            case 3: return .answer(429, headers: [("Retry-After", "30")])
            case 4: return .answer(401)
            case ..<12: return .answer(503)
            default: return .answer(200)
            }
        }
        try await withWorker(platform) { bench in
            try await bench.pass(until: 12, "job-done")
            bench.drain.release()
            #expect(Set(bench.requests("job-done").map(\.text)) == [#"{"output":{"x":1}}"#])
            let waits = bench.notices().compactMap { notice -> Duration? in
                guard case .resultDelayed(_, _, let wait) = notice else { return nil }
                return wait
            }
            #expect(waits.count == 11)
            #expect(waits[2] == .seconds(30))
        }
    }

    @Test("A result that nobody takes is posted for hours, with the one after it, and a third job is not asked for")
    func doneKept() async throws {
        let count = Counter()
        let platform = Platform(takes: ["j1", "j2", "j3"].map { Self.job($0) }) { request in
            guard request.operation == "job-done", request.target.contains("j1") else { return nil }
            return count.next() <= 200 ? .answer(503) : nil
        }
        try await withWorker(platform) { bench in
            try await bench.pass(until: 200, "job-done")
            #expect(bench.clock.now.sinceStart > .seconds(7_200))
            #expect(bench.requests("job-take").count == 2)
            try await bench.pass(until: 203, "job-done")
            bench.drain.release()
            let last = bench.requests("job-done").suffix(3).map { $0.target.contains("j1") }
            #expect(last == [true, false, false], "in their order, one at a time")
            #expect(!bench.notices().contains { if case .resultLost = $0 { true } else { false } })
        }
    }

    @Test("A worker that ends gives a result up after many tries over minutes")
    func doneGivenUp() async throws {
        let platform = Platform(takes: [Self.job("j1")]) { request in
            request.operation == "job-done" ? .answer(503) : nil
        }
        try await withWorker(platform) { bench in
            try await bench.wait("job-done")
            bench.drain.release()
            try await bench.pass(until: 16, "job-done")
            let isLost = await becomesTrue {
                bench.notices().contains { if case .resultLost("j1", _) = $0 { true } else { false } }
            }
            #expect(isLost)
            #expect(bench.clock.now.sinceStart > .seconds(300))
        }
    }

    @Test("A job that is stopped while its result is posted is let go")
    func stoppedWhilePosted() async throws {
        let isPosting = Gate()
        let stops = Counter()
        let platform = Platform(takes: [Self.job("j1"), Self.job("j2")]) { request in
            switch request.operation {
            case "job-stop":
                guard stops.next() == 1 else { return .hang }
                return Reply.answer(200, #"{"jobsToStop":["j1"]}"#).after(isPosting)
            case "job-done" where request.target.contains("j1"):
                isPosting.open()
                return .hang
            default: return nil
            }
        }
        try await withWorker(platform) { bench in
            // It waits for the first result's end.
            try await bench.wait(for: 2, "job-done")
            bench.drain.release()
            #expect(bench.requests("job-done").last?.target.contains("j2") == true)
            #expect(bench.notices().contains(.stopRequested(job: "j1")))
        }
    }

    @Test("A result of an expired job is posted once")
    func doneExpired() async throws {
        let platform = Platform(takes: [Self.job("j1"), Self.job("j2")]) { request in
            request.operation == "job-done" && request.target.contains("j1") ? .answer(404) : nil
        }
        try await withWorker(platform) { bench in
            try await bench.wait(for: 2, "job-done")
            bench.drain.release()
            #expect(bench.requests("job-done").map { $0.target.contains("j1") } == [true, false])
            #expect(bench.notices().contains(.jobExpired(job: "j1")))
        }
    }

    @Test("A result that the platform does not want fails its job with the reason", arguments: [400, 413])
    func doneRefused(status: Int) async throws {
        let platform = Platform(takes: [Self.job("j1")]) { request in
            request.operation == "job-done" && request.text.contains("output") ? .answer(status, "too big") : nil
        }
        try await withWorker(platform) { bench in
            try await bench.wait(for: 2, "job-done")
            bench.drain.release()
            let last = try #require(bench.requests("job-done").last)
            #expect(last.text.hasPrefix(#"{"error":"the endpoint did not take the result"#))
            #expect(last.text.contains("\(status): too big"))
        }
    }

    @Test("A result over the limit becomes an error that says so")
    func resultTooLarge() async throws {
        try await withWorker(Platform(takes: [Self.job("j1")])) { _, _ in
            .string(String(repeating: "x", count: 10_000_001))
        } _: { bench in
            try await bench.wait("job-done")
            bench.drain.release()
            #expect(bench.requests("job-done").first?.text.hasPrefix(#"{"error":"result too large: "#) == true)
        }
    }

    @Test("A record is posted a few times, then dropped with a notice; the job goes on")
    func streamRetried() async throws {
        let platform = Platform(takes: [Self.job("j1")]) { request in
            guard request.operation == "job-stream" else { return nil }
            return request.text.contains("first") ? .answer(500) : .answer()
        }
        let clock = TestClock()
        let delivered = Mutex<[Bool]>([])
        try await withWorker(platform, clock: clock) { _, writer in
            await writer.write("first")
            let dropped = await writer.deliver("dropped")
            try await clock.sleep(for: .seconds(60))
            let second = await writer.deliver("second")
            let large = await writer.deliver(.string(String(repeating: "x", count: 1_000_000)))
            delivered.withLock { $0 = [dropped, second, large] }
            return 1
        } _: { bench in
            try await bench.pass(until: 1, "job-done")
            bench.drain.release()
            let texts = bench.requests("job-stream").map(\.text)
            #expect(texts == Array(repeating: #"{"output":"first"}"#, count: 3) + [#"{"output":"second"}"#])
            let lost = bench.notices().filter { if case .recordLost = $0 { true } else { false } }
            #expect(lost.count == 2)
            #expect(delivered.withLock { $0 } == [false, true, false])
        }
    }

    @Test("Pings go out while the handler works, and name the job in hand")
    func pings() async throws {
        let (begun, gate) = (Gate(), Gate())
        let extras = ["RUNPOD_WEBHOOK_PING": "BASE/ping/$RUNPOD_POD_ID?gpu=x"]
        try await withWorker(Platform(takes: [Self.job("j1")]), extras: extras) { _, _ in
            begun.open()
            try await gate.wait()
            return 1
        } _: { bench in
            try await bench.server.waitForRequests { $0.operation == "ping" }
            try await begun.wait()
            // One may be on its way from before.
            let before = bench.requests("ping").count
            try await bench.pass(until: before + 2, "ping")
            let inHand = "/v2/ep/ping/wkr1?gpu=x&job_id=j1"
            #expect(bench.requests("ping")[before + 1].target == inHand)
            // Draining must not stop them.
            bench.drain.release()
            try await bench.pass(until: before + 4, "ping")
            #expect(bench.requests("ping")[before + 3].target == inHand)
            gate.open()
        }
    }

    @Test("A stopped job's handler is cancelled, nothing is posted, and the next job is taken")
    func stopping() async throws {
        let running = Gate()
        let stops = Counter()
        let platform = Platform(takes: [Self.job("j1"), Self.job("j2")]) { request in
            guard request.operation == "job-stop" else { return nil }
            let number = stops.next()
            guard number == 1 else { return .hang }
            return Reply.answer(200, #"{"jobsToStop":["other",7,"j1"]}"#).after(running)
        }
        try await withWorker(platform) { job, _ in
            if job.id == "j1" {
                running.open()
                try await Gate().wait()
            }
            return .string(job.id)
        } _: { bench in
            try await bench.wait("job-done")
            bench.drain.release()
            #expect(bench.requests("job-done").map(\.text) == [#"{"output":"j2"}"#])
            #expect(bench.requests("job-stop").first?.target == "/v2/ep/job-stop/wkr1?gpu=x")
            #expect(bench.notices().contains(.stopRequested(job: "j1")))
        }
    }

    @Test("A stop channel that fails is said once and asked again with pauses")
    func stopChannelFails() async throws {
        let platform = Platform(takes: []) { $0.operation == "job-stop" ? .answer(404, "no such route") : nil }
        try await withWorker(platform) { bench in
            try await bench.pass(until: 4, "job-stop")
            bench.drain.release()
            let failures = bench.notices().filter { if case .stopChannelFailed = $0 { true } else { false } }
            #expect(failures.count == 1)
        }
    }

    @Test("Draining an idle worker gives up its held polls at once")
    func drainIdle() async throws {
        try await withWorker(Platform(takes: [])) { bench in
            try await bench.wait("job-take")
            bench.drain.release()
        }
    }

    @Test("Draining a busy worker lets it finish and post, and takes nothing more")
    func drainBusy() async throws {
        let started = Gate()
        let gate = Gate()
        let platform = Platform(takes: [Self.job("j1"), Self.job("j2")])
        try await withWorker(platform) { _, _ in
            started.open()
            try await gate.wait()
            return "done"
        } _: { bench in
            try await started.wait()
            bench.drain.release()
            gate.open()
            try await bench.wait("job-done")
            #expect(bench.requests("job-done").map(\.text) == [#"{"output":"done"}"#])
            #expect(bench.requests("job-take").count == 1)
        }
    }

    @Test("Draining a worker that pauses after a refusal ends it at once")
    func drainInPause() async throws {
        try await withWorker(Platform(takes: [.answer(500)]), query: "?x") { bench in
            try await bench.wait("job-take")
            bench.drain.release()
        }
    }

    @Test("No notice shows the key")
    func noKey() async throws {
        let takes: [Reply] = [.answer(401, "wkey-0123456789 is wrong"), Self.job("j1")]
        try await withWorker(Platform(takes: takes)) { bench in
            try await bench.pass(until: 1, "job-done")
            bench.drain.release()
            #expect(!bench.notices().isEmpty)
            #expect(bench.notices().allSatisfy { !"\($0)".contains("wkey") })
        }
    }
}

extension ScriptedServer.Request {
    /// The route, such as `job-take`.
    var operation: String {
        let segments = target.split(separator: "/")
        return segments.count > 2 ? String(segments[2].prefix { $0 != "?" && $0 != "&" }) : ""
    }
}
