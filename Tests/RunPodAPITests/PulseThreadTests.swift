import Flashpoints
import FoundationEssentials
import HTTPTransport
import RunPodAPI
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("The thread of the pings", .timeLimit(.minutes(5)))
struct PulseThreadTests {
    @Test("Pings go out while a handler holds every thread of the pool")
    func blockedPool() async throws {
        let given = Mutex(false)
        let pings = Mutex(0)
        try await withTemporaryFolder { folder in
            let enough = folder.appending(path: "enough").path
            try await withScriptedServer { request in
                if request.target.contains("job-take") {
                    let isFirst = given.withLock { given in
                        defer { given = true }
                        return !given
                    }
                    return isFirst ? .answer(200, #"{"id":"j1","input":{"x":1}}"#) : .hang
                }
                if request.target.contains("/ping/"), request.target.hasSuffix("job_id=j1") {
                    let count = pings.withLock { pings in
                        pings += 1
                        return pings
                    }
                    if count == 5 { try Data().write(to: URL(filePath: enough)) }
                }
                return request.target.contains("job-stop") ? .hang : .answer()
            } _: { server in
                // In a process of its own: the other tests of this one need the pool.
                await #expect(processExitsWith: .success) { [url = server.url as String, enough = enough as String] in
                    try await Self.work(for: url, until: enough)
                }
                #expect(server.requests.contains { $0.target.contains("/job-done/") })
                #expect(pings.withLock { $0 } >= 5)
            }
        }
    }

    /// A worker whose one job blocks all threads of the pool until a file is there.
    ///
    /// - Throws: ``NoPings`` when that takes two minutes.
    private static func work(for url: String, until enough: String) async throws {
        let variables = [
            "RUNPOD_WEBHOOK_GET_JOB": "\(url)/v2/ep/job-take/$ID?gpu=x",
            "RUNPOD_WEBHOOK_POST_OUTPUT": "\(url)/v2/ep/job-done/$RUNPOD_POD_ID/$ID?gpu=x",
            "RUNPOD_WEBHOOK_PING": "\(url)/v2/ep/ping/$RUNPOD_POD_ID?gpu=x",
            "RUNPOD_POD_ID": "wkr1", "RUNPOD_PING_INTERVAL": "100",
        ]
        let environment = try WorkerEnvironment(variables, freshID: { "fresh" })
        let drain = Latch()
        try await HTTPTransport.withTransport(.polls) { polls in
            try await HTTPTransport.withTransport(.control) { control in
                let worker = RunPodWorker(
                    client: WorkerClient(environment: environment, polls: polls, control: control),
                    clock: SuspendingClock(),
                    chance: { 0.5 },
                    pulse: .shared,
                    notify: { _ in }
                )
                try await worker.run(until: drain) { _, _ in
                    defer { drain.release() }
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<2 * ProcessInfo.processInfo.activeProcessorCount {
                            group.addTask { try block(until: enough) }
                        }
                        try await group.waitForAll()
                    }
                    return "done"
                }
            }
        }
    }

    private struct NoPings: Error {}

    private static func block(until path: String) throws {
        for _ in 0..<12_000 {
            if access(path, F_OK) == 0 { return }
            usleep(10_000)
        }
        throw NoPings()
    }

    @Test("A sleep is as long as it was asked to be, and ends at once when it is cancelled")
    func sleeping() async throws {
        let clock = PulseThread.shared
        let began = clock.now
        try await clock.sleep(for: .milliseconds(20))
        #expect(began.duration(to: clock.now) >= .milliseconds(20))
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await clock.sleep(for: .seconds(3_600)) }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
    }

    @Test("Tasks that prefer it run on it, many at once and one after another")
    func running() async {
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<1_000 {
                group.addTask(executorPreference: PulseThread.shared) {
                    await Task.yield()
                    _ = counter.next()
                }
            }
        }
        #expect(counter.next() == 1_001)
    }
}
