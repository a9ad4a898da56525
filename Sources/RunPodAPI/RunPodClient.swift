import Flashpoints
package import FoundationEssentials
package import HTTPTransport

/// What a client asks of a RunPod endpoint; one call is one request, kept within the rate limits.
///
/// Nothing is tried twice here: who calls knows what is worth it. Every method throws ``RunPodFailure``, or
/// `CancellationError` when the task was cancelled.
package struct RunPodClient: Sendable {
    /// The most an encoded `run` request may have; RunPod refuses more than 10 MiB, also of wrapping it adds itself.
    package static let submissionLimit = 9_961_472
    /// From so many bytes on, a request that is refused without a reason is taken to be too large.
    package static let suspiciousSize = 8_000_000

    package let address: EndpointAddress
    private let credential: Credential
    private let control: any HTTPSending
    private let polls: any HTTPSending
    private let pacing: any RequestPacing
    private let wallClock: @Sendable () -> Date
    private let slots: [RateClass: Slots]

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - control: Carries the short calls.
    ///   - polls: Carries `status-sync` and `stream`, which the endpoint holds.
    ///   - wallClock: Only for a `Retry-After` that is a date in an answer without `Date`.
    package init(
        address: EndpointAddress,
        credential: Credential,
        control: any HTTPSending,
        polls: any HTTPSending,
        pacing: any RequestPacing,
        wallClock: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.address = address
        self.credential = credential
        self.control = control
        self.polls = polls
        self.pacing = pacing
        self.wallClock = wallClock
        slots = Dictionary(
            uniqueKeysWithValues: RateClass.allCases.compactMap { kind in
                kind.concurrency.map { (kind, Slots($0)) }
            }
        )
    }

    /// A client of another endpoint with the same key and transports; limits are each endpoint's own.
    package func elsewhere(_ address: EndpointAddress, pacing: any RequestPacing) -> RunPodClient {
        RunPodClient(
            address: address,
            credential: credential,
            control: control,
            polls: polls,
            pacing: pacing,
            wallClock: wallClock
        )
    }
}

extension RunPodClient {
    /// Submits a job.
    ///
    /// - Parameter body: The request as JSON: `input`, which must not be empty, and `policy`.
    /// - Throws: Only `CancellationError`; whether a job exists is then unknown.
    package func run(_ body: Data) async throws -> SubmissionOutcome {
        guard body.count <= Self.submissionLimit else {
            let message = "the request has \(body.count) bytes, RunPod takes at most \(Self.submissionLimit)"
            return .oversize(status: nil, message: message)
        }
        // A slow line takes its time over a large request, and one given up may have been carried out.
        let deadline = Duration.seconds(30 + body.count / 50_000)
        let response: TransportResponse
        do {
            response = try await paced(.run) {
                try await control.send(request("POST", "run", body: body, deadline: deadline))
            }
        } catch let failure as HTTPFailure {
            return failure.mayHaveBeenProcessed ? .unknown(why: "\(failure)") : .unreachable(failure)
        }
        if let job = jobObject(in: response) { return .accepted(job) }
        let failure = classify(response, .run, job: nil)
        if let failure, isOversize(response, of: body) {
            return .oversize(status: response.status, message: "\(failure); the request has \(body.count) bytes")
        }
        switch failure {
        case nil:
            return .unknown(why: "the endpoint accepted the job and gave no id: \(excerpt(response))")
        case .rateLimited(let wait):
            return .rateLimited(retryAfter: wait)
        case .refusedByEndpoint(let status, let explanation):
            return .refused(status: status, .config, message: explanation)
        case .badRequest(let status, let message):
            return .refused(status: status, .permanent, message: message)
        case let failure?:
            return .unknown(why: "\(failure)", status: response.status >= 500 ? response.status : nil)
        }
    }

    /// How a job is.
    package func status(_ job: String) async throws -> JobReply {
        let response = try await perform(.status, "GET", "status", job: job, limit: Self.resultLimit, over: polls)
        return try jobReply(in: response, of: job)
    }

    /// What a held `status-sync` gave.
    package enum HeldStatus: Sendable, Hashable {
        case reply(JobReply)
        /// The endpoint has no such operation (404, 405, 501) or does not take this request (400); ask `status`.
        ///
        /// A 404 is also what an endpoint that has it says of a job it does not know, which `status` then tells.
        case unsupported(status: Int)
    }

    /// How a job is, answered when it has ended or `wait` is over, whichever comes first.
    ///
    /// - Parameter wait: 1 to 90 s.
    package func statusSync(_ job: String, wait: Duration) async throws -> HeldStatus {
        let wait = min(max(wait, .seconds(1)), .seconds(90))
        do {
            let response = try await perform(
                .status,
                "GET",
                "status-sync",
                job: job,
                query: [("wait", wait.milliseconds)],
                deadline: wait + .seconds(5),
                limit: Self.resultLimit,
                over: polls
            )
            return .reply(try jobReply(in: response, of: job))
        } catch RunPodFailure.notFound {
            return .unsupported(status: 404)
        } catch RunPodFailure.badRequest(let status, _) {
            return .unsupported(status: status)
        } catch RunPodFailure.serverTrouble(let status, _) where status == 501 {
            return .unsupported(status: status)
        }
    }

    /// What the job has streamed since the last call, held up to `wait` while there is nothing.
    ///
    /// Each piece is handed out once; read on until the status is terminal and nothing comes.
    ///
    /// - Parameter wait: 1 to 300 s.
    package func stream(_ job: String, wait: Duration) async throws -> StreamReply {
        let wait = min(max(wait, .seconds(1)), .seconds(300))
        let response = try await perform(
            .status,
            "GET",
            "stream",
            job: job,
            query: [("wait", wait.milliseconds)],
            deadline: wait + .seconds(5),
            limit: Self.streamLimit,
            over: polls
        )
        let reply = try decode(StreamReply.self, from: response)
        if let id = reply.id, id != job { throw foreign(id, instead: job) }
        return reply
    }

    /// Cancels a job; nil when the endpoint has nothing more to say about it (404, or an empty answer).
    package func cancel(_ job: String) async throws -> JobReply? {
        do {
            let response = try await perform(.cancel, "POST", "cancel", job: job)
            return jobObject(in: response)
        } catch RunPodFailure.notFound {
            return nil
        }
    }

    /// Queues a job that failed or timed out once more, under the same id.
    package func retry(_ job: String) async throws -> JobReply {
        try jobReply(in: try await perform(.retry, "POST", "retry", job: job), of: job)
    }

    /// The endpoint's jobs; `nil` when what it answers is no list of jobs.
    ///
    /// - Throws: ``RunPodFailure/refusedByEndpoint(status:explanation:)`` also when there is no such operation (404).
    package func requests() async throws -> JobListing? {
        let response = try await perform(.requests, "GET", "requests", deadline: .seconds(20), limit: Self.listingLimit)
        return JobListing(try decode(JSONValue.self, from: response))
    }

    /// The endpoint's counters; also the way to find out whether address and key are right.
    package func health() async throws -> EndpointHealth {
        try decode(EndpointHealth.self, from: try await perform(.health, "GET", "health", deadline: .seconds(5)))
    }
}

extension RunPodClient {
    /// A result of 20 MB, with room for escapes.
    private static let resultLimit = 48 << 20
    /// What a worker streamed while nobody read.
    private static let streamLimit = 64 << 20
    /// A list of jobs; a longer one, with the inputs of many jobs in full, is not worth its reading.
    private static let listingLimit = 32 << 20
    private static let answerLimit = 1 << 20
    /// Bytes a second that an answer comes with at least: of a slow line the part of one job among many.
    private static let pace = 16 << 10

    private func request(
        _ method: String,
        _ operation: String,
        job: String? = nil,
        query: [(String, String)] = [],
        body: Data? = nil,
        deadline: Duration,
        limit: Int = answerLimit
    ) -> TransportRequest {
        var headers: HeaderFields = ["Authorization": credential.bearer, "Accept": "application/json"]
        if method == "POST" { headers.add("Content-Type", "application/json") }
        return TransportRequest(
            method: method,
            url: address.url(operation, job: job, query: query),
            headers: headers,
            body: body,
            deadline: deadline,
            // A stream's pieces are handed out once and a result is asked for again from its beginning, so no deadline
            // cuts a body that comes.
            pace: Self.pace,
            bodyLimit: limit
        )
    }

    private func perform(
        _ kind: RateClass,
        _ method: String,
        _ operation: String,
        job: String? = nil,
        query: [(String, String)] = [],
        deadline: Duration = .seconds(10),
        limit: Int = answerLimit,
        over transport: (any HTTPSending)? = nil
    ) async throws -> TransportResponse {
        let response: TransportResponse
        do {
            response = try await paced(kind) {
                try await (transport ?? control).send(
                    request(method, operation, job: job, query: query, deadline: deadline, limit: limit)
                )
            }
        } catch let failure as HTTPFailure {
            if case .bodyTooLarge = failure { throw RunPodFailure.malformedReply(why: "\(failure)") }
            throw RunPodFailure.unreachable(failure)
        }
        // RunPod answers 400 with a job object where the job itself has failed.
        if 400..<500 ~= response.status, jobObject(in: response) != nil { return response }
        if let failure = classify(response, kind, job: job) { throw failure }
        return response
    }

    /// Sends within the limits of rate and number.
    private func paced(
        _ kind: RateClass,
        _ send: () async throws -> TransportResponse
    ) async throws -> TransportResponse {
        guard let slots = slots[kind] else {
            try await pacing.admit(kind)
            return try await send()
        }
        return try await slots.withSlot {
            try await pacing.admit(kind)
            return try await send()
        }
    }

    /// Whether a submission was refused for its size, for which the platform has several ways.
    private func isOversize(_ response: TransportResponse, of body: Data) -> Bool {
        switch response.status {
        case 413: true
        case 400, 502: body.count >= Self.suspiciousSize || excerpt(response).saysOversize
        default: false
        }
    }

    /// What a status stands for; nil for a success.
    private func classify(_ response: TransportResponse, _ kind: RateClass, job: String?) -> RunPodFailure? {
        switch response.status {
        case 200..<300:
            return nil
        case 300..<400, 401, 402, 403:
            return refusal(response)
        case 404 where job == nil:
            return refusal(response)
        case 404:
            return .notFound(job: job ?? "", message: excerpt(response))
        case 429:
            let wait = RetryAfter.wait(in: response.headers, now: wallClock())
            pacing.rejected(kind, pause: wait ?? .zero)
            return .rateLimited(retryAfter: wait)
        // 408 and 425 are a gateway's that did not wait for the request or would not pass it on yet.
        case 408, 425, 500...:
            return .serverTrouble(status: response.status, message: excerpt(response))
        default:
            return .badRequest(status: response.status, message: excerpt(response))
        }
    }

    private func refusal(_ response: TransportResponse) -> RunPodFailure {
        // The target of a redirect may carry anything, so only its host is told.
        let refusal = EndpointRefusal(
            status: response.status,
            address: address,
            credential: credential,
            target: response.headers["Location"].flatMap { URLComponents(string: $0)?.host },
            words: excerpt(response)
        )
        return .refusedByEndpoint(status: response.status, explanation: refusal.text)
    }

    private func excerpt(_ response: TransportResponse) -> String {
        RunPodAPI.excerpt(of: response.body, hiding: credential)
    }

    private func jobObject(in response: TransportResponse) -> JobReply? {
        guard 200..<300 ~= response.status || 400..<500 ~= response.status else { return nil }
        return try? JSONCoding.decode(JobReply.self, from: response.body)
    }

    /// - Throws: ``RunPodFailure/malformedReply(why:)`` also for the answer of another job, as a server or a proxy that
    ///   answers twice on one connection may give.
    private func jobReply(in response: TransportResponse, of job: String) throws -> JobReply {
        let reply = try jobObject(in: response) ?? decode(JobReply.self, from: response)
        guard reply.id == job else { throw foreign(reply.id, instead: job) }
        return reply
    }

    private func foreign(_ id: String, instead job: String) -> RunPodFailure {
        .malformedReply(why: "it is about the job \(id.prefix(80)) instead of \(job)")
    }

    private func decode<Value: Decodable>(_ type: Value.Type, from response: TransportResponse) throws -> Value {
        do {
            return try JSONCoding.decode(type, from: response.body)
        } catch {
            throw RunPodFailure.malformedReply(why: "\(type) expected, got \(excerpt(response))")
        }
    }
}

extension String {
    /// Whether an error text says, in the platform's words, that a body is too large.
    package var saysOversize: Bool { lowercased().contains("max body size") }
}

extension Duration {
    /// Whole milliseconds, as RunPod wants its waits.
    fileprivate var milliseconds: String {
        let (seconds, attoseconds) = components
        return String(seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}
