import FoundationEssentials
import RunPodAPI

/// The endpoint without its sockets: admits requests, reads bodies, asks the queue, words the answers.
struct EndpointService<C: Clock>: Sendable where C.Duration == Duration {
    struct Options: Sendable {
        var endpointID: String
        var token: String
        /// What opens a worker's routes in place of the token, in the query; nothing does when empty.
        var workerPass = ""
        /// How long `job-take` and `job-stop` are held.
        var hold: Duration
        /// Of a job that brings no time-out of its own.
        var executionTimeout: Duration
        /// The least `policy.executionTimeout` that is taken.
        var minimumExecutionTimeout: Duration
        /// The least `policy.ttl` that is taken.
        var minimumTTL = Duration.seconds(10)
        /// How long a job that came with `run` stays known after its end.
        var retention = Duration.seconds(1_800)
        /// The same with `runsync`.
        var syncRetention = Duration.seconds(60)
        /// A fresh job id, from its prefix.
        var makeJobID: @Sendable (_ prefix: String) -> String
    }

    enum Admission: Sendable {
        case admitted(EndpointOperation)
        case refused(EndpointResponse)
        /// A worker's call with another key.
        case foreignWorker(String)
    }

    let options: Options
    let queue: QueueDriver<C>

    /// Checks the token, then reads the target; the body need not have come yet.
    func admit(method: String, target: String, authorization: String?) -> Admission {
        guard isToken(authorization) else { return admitWorker(method, target) }
        do throws(EndpointOperation.Mismatch) {
            return .admitted(
                try EndpointOperation(method: method, target: target, endpointID: options.endpointID)
            )
        } catch {
            switch error {
            case .notFound: return .refused(.notFound)
            case .otherEndpoint: return .refused(.otherEndpoint)
            case .method: return .refused(.wrongMethod)
            }
        }
    }

    /// Lets a worker in without the token, by the pass in the address that it was given.
    private func admitWorker(_ method: String, _ target: String) -> Admission {
        guard
            let operation = try? EndpointOperation(method: method, target: target, endpointID: options.endpointID),
            let worker = operation.worker
        else { return .refused(.unauthorized) }
        let pass = EndpointOperation.pass(in: target) ?? ""
        return Self.isSecret(pass.utf8, options.workerPass) ? .admitted(operation) : .foreignWorker(worker)
    }

    /// Does what the request asks; long polls take their time.
    func reply(to operation: EndpointOperation, body: [UInt8]) async -> JobQueue.Reply {
        do throws(JSONSyntaxError) {
            switch operation {
            case .run: return try await submit(body, prefix: "", wait: nil)
            case .runsync(let wait):
                return try await submit(body, prefix: EndpointOperation.synchronousPrefix, wait: wait)
            case .status(let job, let ttl): return await queue.ask { .statusAsked(job, ttl: ttl, $0) }
            case .statusSync(let job, let wait): return await queue.ask { .statusSyncAsked(job, wait: wait, $0) }
            case .stream(let job, let wait): return await queue.ask { .streamAsked(job, wait: wait, $0) }
            case .cancel(let job): return await queue.ask { .cancelAsked(job, $0) }
            case .retry(let job): return await queue.ask { .retryAsked(job, $0) }
            case .purgeQueue: return await queue.ask { .purgeAsked($0) }
            case .health: return await queue.ask { .healthAsked($0) }
            case .requests: return await queue.ask { .listAsked($0) }
            case .jobTake(let worker, let batch):
                return await queue.ask { .takeAsked(worker, batch: batch, hold: options.hold, $0) }
            case .jobDone(let worker, let job): return await done(worker, job, body)
            case .jobStream(let worker, let job):
                let chunk = try JSONText(validating: body)
                return await queue.ask { .streamed(worker, job, chunk: chunk, $0) }
            case .ping(let worker, let holding, let isHealthy):
                return await queue.ask { .pinged(worker, holding: holding, isHealthy: isHealthy, $0) }
            case .jobStop(let worker): return await queue.ask { .stopAsked(worker, hold: options.hold, $0) }
            }
        } catch {
            return .refused(.badRequest("\(error)"))
        }
    }

    /// Answers a request whose body is over the operation's limit.
    func replyToOversizeBody(of operation: EndpointOperation) async -> EndpointResponse {
        let response = EndpointResponse.oversize(limit: operation.bodyLimit)
        if case .jobDone(let worker, let job) = operation {
            // The worker won't send it again, and the platform shows such a job as completed without output.
            let message = "body: exceeded max body size"
            _ = await queue.ask { .done(worker, job, .unusable(message: message), $0) }
        }
        return response
    }

    /// Puts the jobs of an answer that could not be sent back into the queue, and its chunks to their job.
    func giveBack(_ reply: JobQueue.Reply, of operation: EndpointOperation) {
        if case .jobTake(let worker, _) = operation, !reply.takenJobs.isEmpty {
            queue.tell(.takeAbandoned(worker, reply.takenJobs.map(\.id)))
        }
        if case .chunks(let job, _, let chunks) = reply, !chunks.isEmpty {
            queue.tell(.chunksAbandoned(job, chunks))
        }
    }

    /// What the answer would be had the operation been done.
    func pretence(of operation: EndpointOperation) -> JobQueue.Reply {
        switch operation {
        case .run: .accepted(options.makeJobID(""), .inQueue)
        case .runsync: .accepted(options.makeJobID(EndpointOperation.synchronousPrefix), .inQueue)
        case .retry(let job): .accepted(job, .inQueue)
        case .cancel(let job): .accepted(job, .cancelled)
        case .purgeQueue: .removed(0)
        case .jobTake, .jobStop: .nothing
        case .status(let job, _), .statusSync(let job, _): .accepted(job, .inQueue)
        case .stream(let job, _): .chunks(job, .inQueue, [])
        case .health, .requests, .jobDone, .jobStream, .ping: .acknowledged
        }
    }

    // MARK: - Bodies

    private func submit(
        _ body: [UInt8],
        prefix: String,
        wait: Duration?
    ) async throws(JSONSyntaxError) -> JobQueue.Reply {
        guard let members = try JSONText.members(of: body) else {
            return .refused(.badRequest("the body is not a JSON object"))
        }
        guard let input = members["input"], !input.isNull else {
            return .refused(.badRequest("\"input\" is missing"))
        }
        var submission = Submission(input: input, executionTimeout: options.executionTimeout)
        submission.abridgedInput = input.abridged()
        submission.retention = wait == nil ? options.retention : options.syncRetention
        if let webhook = members["webhook"], !webhook.isNull, webhook.stringValue != "" {
            guard let url = webhook.stringValue, Self.isWebURL(url) else {
                return .refused(.badRequest("\"webhook\" is not an http or https URL"))
            }
            submission.webhook = url
        }
        if let policy = members["policy"], !policy.isNull {
            guard let policy = try JSONText.members(of: policy.bytes) else {
                return .refused(.badRequest("\"policy\" is not an object"))
            }
            do throws(PolicyError) {
                if let limit = try Self.time(
                    "executionTimeout",
                    in: policy,
                    atLeast: options.minimumExecutionTimeout
                ) {
                    submission.executionTimeout = limit
                }
                if let ttl = try Self.time("ttl", in: policy, atLeast: options.minimumTTL) { submission.ttl = ttl }
            } catch {
                return .refused(.badRequest(error.message))
            }
        }
        let id = options.makeJobID(prefix)
        return await queue.ask { [submission] in .submitted(submission, id: id, wait: wait, $0) }
    }

    /// Whether the text can be called as a web address.
    private static func isWebURL(_ text: String) -> Bool {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased() else { return false }
        return (scheme == "http" || scheme == "https") && url.host(percentEncoded: false)?.isEmpty == false
    }

    private struct PolicyError: Error {
        var message: String
    }

    /// A time of the policy, in milliseconds on the wire; at most seven days.
    private static func time(
        _ name: String,
        in policy: [String: JSONText],
        atLeast minimum: Duration
    ) throws(PolicyError) -> Duration? {
        guard let value = policy[name], !value.isNull else { return nil }
        let range = minimum...Duration.seconds(604_800)
        guard let milliseconds = value.intValue, range.contains(.milliseconds(milliseconds)) else {
            throw PolicyError(
                message: "policy.\(name) is not a whole number of milliseconds from \(range.lowerBound) to 7 days"
            )
        }
        return .milliseconds(milliseconds)
    }

    private func done(_ worker: String, _ job: String, _ body: [UInt8]) async -> JobQueue.Reply {
        let members: [String: JSONText]?
        do throws(JSONSyntaxError) {
            members = try JSONText.members(of: body)
        } catch {
            return await queue.ask { .done(worker, job, .unusable(message: "\(error)"), $0) }
        }
        guard let members else {
            return await queue.ask { .done(worker, job, .unusable(message: "the body is not a JSON object"), $0) }
        }
        let output = members["output"]
        let stopsWorker = members["stopPod"]?.boolValue ?? false
        if members["status"]?.stringValue == "IN_PROGRESS" {
            // Progress without a value says no more than a ping does.
            guard let output else { return await queue.ask { .pinged(worker, holding: [job], isHealthy: true, $0) } }
            return await queue.ask { .progressed(worker, job, output, $0) }
        }
        guard let error = members["error"], !error.isNull else {
            return await queue.ask { .done(worker, job, .completed(output: output), stopsWorker: stopsWorker, $0) }
        }
        guard let text = error.stringValue else {
            return await queue.ask { .done(worker, job, .unusable(message: "\"error\" is not a string"), $0) }
        }
        let outcome = JobQueue.Outcome.failed(error: text, output: output)
        return await queue.ask { .done(worker, job, outcome, stopsWorker: stopsWorker, $0) }
    }

    // MARK: - Token

    /// Whether the header is the token, raw or after `Bearer`.
    private func isToken(_ authorization: String?) -> Bool {
        guard var given = authorization.map({ Array($0.utf8)[...] }) else { return false }
        let scheme = Array("bearer ".utf8)
        if given.prefix(scheme.count).map({ $0 | 0x20 }).elementsEqual(scheme) { given = given.dropFirst(scheme.count) }
        return Self.isSecret(given, options.token)
    }

    /// Whether they are the same and not empty; takes the same time wherever they differ.
    private static func isSecret(_ given: some Collection<UInt8>, _ secret: String) -> Bool {
        guard given.count == secret.utf8.count, !secret.isEmpty else { return false }
        return zip(given, secret.utf8).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
