import Flashpoints
import FoundationEssentials
import HTTPTransport
import RunPodAPI
import TestSupport
import Testing

@testable import LocalEndpoint

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@Suite("The endpoint with its workers")
struct LocalEndpointTests {
    private func options(_ script: String, workers: Int) -> LocalEndpoint.Options {
        var options = LocalEndpoint.Options(token: LoopbackEndpoint.token)
        options.workers = workers
        options.workerCommand = ["/bin/sh", "-c", script]
        options.environment = [
            "PATH": "/usr/bin:/bin", "RUNPOD_API_KEY": "not for workers",
            "RUNPOD_ENDPOINT": "https://api.runpod.ai/v2/x", "RUNPOD_SKIP_GPU_CHECK": "false",
        ]
        return options
    }

    @Test("Workers find what they need in their environment and nothing of the client's", .timeLimit(.minutes(5)))
    func environment() async throws {
        let lines = Notes<String>()
        var options = options("env; echo; exec cat", workers: 1)
        options.limits.pingInterval = .milliseconds(1_500)
        options.onWorkerLine = { _, line in lines.add(line) }
        let address = try await LocalEndpoint.run(options) { address in
            #expect(await eventually { lines.all.contains("") })
            return address
        }
        let seen = Set(lines.all)
        let base = "\(address.baseURL)/local"
        // What opens the routes is not shown to whoever reads a worker's lines.
        let query = "gpu=none&pass=…"
        #expect(seen.contains("RUNPOD_WEBHOOK_GET_JOB=\(base)/job-take/$ID?\(query)"))
        #expect(seen.contains("RUNPOD_WEBHOOK_POST_OUTPUT=\(base)/job-done/$RUNPOD_POD_ID/$ID?\(query)"))
        #expect(seen.contains("RUNPOD_WEBHOOK_POST_STREAM=\(base)/job-stream/$RUNPOD_POD_ID/$ID?\(query)"))
        #expect(seen.contains("RUNPOD_WEBHOOK_PING=\(base)/ping/$RUNPOD_POD_ID?\(query)"))
        #expect(seen.contains("RUNPOD_SKIP_AUTO_SYSTEM_CHECKS=true"))
        #expect(seen.contains("RUNPOD_SKIP_GPU_CHECK=false"), "what is set stays")
        #expect(seen.contains("RUNPOD_AI_API_KEY=\(LoopbackEndpoint.token)"))
        #expect(seen.contains("RUNPOD_POD_ID=local-1"))
        #expect(seen.contains("RUNPOD_PING_INTERVAL=1500"))
        #expect(!seen.contains { $0.hasPrefix("RUNPOD_API_KEY=") || $0.hasPrefix("RUNPOD_ENDPOINT=") })
    }

    @Test("Workers that are clients too are told the endpoint as clients are", .timeLimit(.minutes(5)))
    func clientEnvironment() async throws {
        let lines = Notes<String>()
        var options = options("env; echo; exec cat", workers: 1)
        options.workersAreClients = true
        options.onWorkerLine = { _, line in lines.add(line) }
        let address = try await LocalEndpoint.run(options) { address in
            #expect(await eventually { lines.all.contains("") })
            return address
        }
        let seen = Set(lines.all)
        #expect(seen.contains("RUNPOD_API_KEY=\(LoopbackEndpoint.token)"))
        #expect(seen.contains("RUNPOD_ENDPOINT_ID=local"))
        #expect(seen.contains("RUNPOD_ENDPOINT_BASE_URL=\(address.baseURL)"))
    }

    @Test("Leaving ends the workers and the server, however it is left", .timeLimit(.minutes(5)), arguments: 0..<3)
    func leaving(way: Int) async throws {
        struct Thrown: Error {}
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "pids")
            let options = options(
                "sleep 1000 & echo $! >> '\(file.path)'; echo $$ >> '\(file.path)'; exec cat",
                workers: 2
            )
            let urls = Notes<String>()
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        try await LocalEndpoint.run(options) { address in
                            urls.add(address.baseURL)
                            _ = try await processIDs(in: file, count: 4)
                            if way == 1 { throw Thrown() }
                            if way == 2 { try await Task.sleep(for: .seconds(1_000)) }
                        }
                        #expect(way == 0)
                    } catch {
                        #expect(way == 1 ? error is Thrown : error is CancellationError)
                    }
                }
                _ = try? await processIDs(in: file, count: 4)
                if way == 2 { group.cancelAll() }
            }
            let pids = try await processIDs(in: file, count: 4)
            #expect(await eventually { !pids.contains(where: isRunning) })
            let url = try #require(urls.all.first)
            try await HTTPTransport.withTransport(.control) { http in
                _ = await #expect(throws: HTTPFailure.self) {
                    try await http.send(
                        TransportRequest(url: "\(url)/local/health", deadline: .seconds(20), bodyLimit: 1 << 10)
                    )
                }
            }
        }
    }

    @Test("A crash loop shows in health and in the events", .timeLimit(.minutes(5)))
    func crashLoop() async throws {
        let restarts = Notes<String>()
        var options = options("exit 1", workers: 1)
        options.endpointID = "ep"
        options.onWorkerEvent = { pod, event in
            if case .restarting(_, true) = event { restarts.add(pod) }
        }
        try await LocalEndpoint.run(options) { address in
            try await HTTPTransport.withTransport(.control) { http in
                let endpoint = LoopbackEndpoint(address: address, http: http)
                #expect(await eventually { try await endpoint.get("health")["workers"]?["unhealthy"] == 1 })
            }
        }
        #expect(Set(restarts.all) == ["local-1"])
    }

    @Test("A job that says stopPod has its worker's process ended and started again", .timeLimit(.minutes(5)))
    func stopPod() async throws {
        let pids = Notes<Int32>()
        let pauses = Notes<Duration>()
        var options = options("exec cat", workers: 1)
        options.endpointID = "ep"
        options.limits = .patient
        options.onWorkerEvent = { _, event in
            if case .started(let pid) = event { pids.add(pid) }
            if case .restarting(let pause, _) = event { pauses.add(pause) }
        }
        try await LocalEndpoint.run(options) { address in
            try await HTTPTransport.withTransport(.polls) { http in
                // The process does nothing; its part is played here.
                let endpoint = LoopbackEndpoint(address: address, http: http)
                for (round, body) in [#"{"output":1,"stopPod":false}"#, #"{"output":1,"stopPod":true}"#].enumerated() {
                    let id = try await endpoint.submit()
                    #expect(try await endpoint.get("job-take/local-1")["id"] == .string(id))
                    #expect(pids.all.count == 1, "round \(round)")
                    _ = try await endpoint.post("job-done/local-1/\(id)", body)
                }
                #expect(await eventually { pids.all.count == 2 })
                let id = try await endpoint.submit()
                #expect(try await endpoint.get("job-take/local-1")["id"] == .string(id), "it takes jobs again")
            }
        }
        #expect(pauses.all == [.zero])
        #expect(await eventually { !pids.all.contains(where: isRunning) })
    }

    @Test("A taken port is an error, and no worker is started", .timeLimit(.minutes(5)))
    func takenPort() async throws {
        let started = Notes<String>()
        try await LocalEndpoint.run(LocalEndpoint.Options(token: "t")) { address in
            var second = options("exec cat", workers: 1)
            second.port = try #require(
                address.baseURL.split(separator: ":").last?.split(separator: "/").first.flatMap { Int($0) }
            )
            second.onWorkerEvent = { pod, _ in started.add(pod) }
            await #expect(throws: (any Error).self) {
                try await LocalEndpoint.run(second) { _ in Issue.record("the port was free") }
            }
        }
        #expect(started.all.isEmpty)
    }

    @Test("Each start is an instance of its own")
    func instances() async throws {
        let options = LocalEndpoint.Options(token: "t")
        let first = try await LocalEndpoint.run(options) { $0 }
        let second = try await LocalEndpoint.run(options) { $0 }
        #expect(first.instanceID != second.instanceID)
    }

    @Test("Our client and our worker do a job with stream, result and cancel over it", .timeLimit(.minutes(5)))
    func bothHalves() async throws {
        try await LoopbackEndpoint.with { endpoint in
            let address = endpoint.address
            let environment = try WorkerEnvironment(
                address.workerEnvironment(podID: "w1", pingInterval: .seconds(2)),
                freshID: { "unused" }
            )
            try await HTTPTransport.withTransport(.control) { control in
                let worker = RunPodWorker(
                    client: WorkerClient(environment: environment, polls: endpoint.http, control: control),
                    clock: ContinuousClock(),
                    chance: { 0 },
                    notify: { _ in }
                )
                let client = RunPodClient(
                    address: try EndpointAddress("\(address.baseURL)/\(address.endpointID)"),
                    credential: try #require(Credential(address.token)),
                    control: control,
                    polls: endpoint.http,
                    pacing: RateLimiter(clock: ContinuousClock())
                )
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let drain = Latch()
                    group.addTask {
                        try await worker.run(until: drain) { job, stream in
                            if job.input["wait"] != nil { try await Task.sleep(for: .seconds(1_000)) }
                            await stream.write(["step": 1])
                            return job.input
                        }
                    }
                    guard case .accepted(let reply) = try await client.run(Data(#"{"input":{"k":"v"}}"#.utf8)) else {
                        Issue.record("not accepted")
                        return
                    }
                    var outputs: [JSONValue] = []
                    while true {
                        let piece = try await client.stream(reply.id, wait: .seconds(10))
                        outputs += piece.outputs
                        if piece.status.isTerminal, piece.outputs.isEmpty { break }
                    }
                    #expect(outputs == [["step": 1]])
                    let done = try await client.status(reply.id)
                    #expect(done.output == ["k": "v"])
                    #expect(done.workerId == "w1")

                    let held = try await endpoint.submit(#"{"input":{"wait":true}}"#)
                    #expect(await eventually { try await client.status(held).status == .inProgress })
                    #expect(try await client.cancel(held)?.status == .cancelled)
                    let next = try await endpoint.submit(#"{"input":{"after":1}}"#)
                    let end = try await endpoint.get("status-sync/\(next)?wait=30000")
                    #expect(end["output"] == ["after": 1], "the stopped worker took the next job")
                    drain.release()
                    try await group.waitForAll()
                }
            }
        }
    }
}
