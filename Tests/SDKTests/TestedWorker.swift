import Flashpoints
import FoundationEssentials
import LocalEndpoint
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

/// What kind of handler a worker has.
enum Shape: String, Sendable {
    /// Gives way, so that it can be stopped.
    case async
    /// Can't be stopped.
    case blocking
    /// Streams its records and returns nothing else.
    case generator
    /// Streams its records and returns them too.
    case aggregate
    /// Asks for a fresh worker after each job; the SDK's only.
    case refreshing
    /// Works on three jobs at once; the SDK's only.
    case threefold
}

/// A worker under test, ours or the SDK's.
protocol TestedWorker: Sendable {
    var podID: String { get }
    /// What its handler has done: `began`, `cancelled` and `ended`, each with the job's id.
    var trace: [String] { get }
    /// Ends it at once, without a word to the endpoint.
    func kill() async throws
}

extension TestedWorker {
    /// Waits until the handler has done this with the job.
    func wait(for word: String, _ job: String) async throws {
        let line = "\(word) \(job)"
        guard await becomesTrue(within: .seconds(120), { trace.contains(line) }) else {
            throw Surprise(what: "\(podID) has done \(trace), and not \"\(line)\"")
        }
    }
}

/// `RunPodWorker` in this process, with the handler that `handler.py` has in Swift.
final class OurWorker: TestedWorker {
    let podID: String
    private let shape: Shape
    private let lines = Mutex<[String]>([])
    private let killed = Latch()
    private let drain = Latch()
    private let isOver = Latch()

    init(podID: String, shape: Shape) {
        self.podID = podID
        self.shape = shape
    }

    var trace: [String] { lines.withLock { $0 } }

    func kill() async {
        killed.release()
        await isOver.wait()
    }

    /// Works until it is killed.
    func run(client: WorkerClient) async {
        let worker = RunPodWorker(client: client, clock: ContinuousClock(), chance: { 0.5 }, notify: { _ in })
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                // Cancelled, or the endpoint is gone: either way it is over.
                try? await worker.run(until: drain) { job, writer in try await self.respond(to: job, writer) }
            }
            group.addTask { [killed] in await killed.wait() }
            await group.next()
            group.cancelAll()
        }
        isOver.release()
    }

    private func respond(to job: TakenJob, _ writer: JobStreamWriter) async throws -> JSONValue {
        note("began", job)
        defer { note("ended", job) }
        let records = job.input["records"]?.arrayValue ?? job.input["progress"].map { [$0] } ?? []
        for record in records { await writer.write(record) }
        if let gate = job.input["gate"]?.stringValue {
            if shape == .blocking {
                await onBackgroundThread {
                    while !FileManager.default.fileExists(atPath: gate) { usleep(10_000) }
                }
            } else {
                do {
                    while !FileManager.default.fileExists(atPath: gate) { try await Task.sleep(for: .milliseconds(10)) }
                } catch {
                    note("cancelled", job)
                    throw error
                }
            }
        }
        let text = job.input["text"]?.stringValue ?? ""
        switch job.input["op"]?.stringValue {
        case "return": return job.input["value"] ?? .null
        case "fail": throw Failure(.permanent, text)
        case "raise": throw Surprise(what: text)
        default: return shape == .aggregate ? .array(records) : []
        }
    }

    private func note(_ word: String, _ job: TakenJob) { lines.withLock { $0.append("\(word) \(job.id)") } }
}

/// `runpod.serverless.start` in a process of its own.
struct SDKWorker: TestedWorker {
    let podID: String
    let program: Nursery.Program
    let traceFile: URL

    var trace: [String] {
        let text = (try? String(contentsOf: traceFile, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    func kill() async throws {
        program.killGroup()
        let isOver = await becomesTrue { try await program.status() != nil }
        try #require(isOver, "\(podID) does not die")
    }
}
