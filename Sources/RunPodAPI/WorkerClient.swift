import Flashpoints
package import FoundationEssentials
package import HTTPTransport

/// What a worker says to the platform; one call is one request, nothing is tried twice.
///
/// Every method throws `HTTPFailure`, ``Refusal`` or, when the task was cancelled, `CancellationError`.
package struct WorkerClient: Sendable {
    /// An answer that is not the one wanted.
    package struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        package var status: Int
        /// What `Retry-After` asked for, at most 60 s.
        package var retryAfter: Duration?
        /// The beginning of the body.
        package var message: String

        package var description: String { "the endpoint answered \(status): \(message)" }
    }

    package let environment: WorkerEnvironment
    private let polls: any HTTPSending
    private let control: any HTTPSending

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - polls: Carries what the platform holds: taking jobs and hearing which to stop.
    ///   - control: Carries the rest.
    package init(environment: WorkerEnvironment, polls: any HTTPSending, control: any HTTPSending) {
        self.environment = environment
        self.polls = polls
        self.control = control
    }

    /// The next job, when there is one within the time the platform holds the request.
    ///
    /// More than one comes only from a platform that gives more than was asked for. A job without an id is no job; one
    /// without input has an empty one, which RunPod leaves out.
    package func take(holdsJobs: Bool) async throws -> [TakenJob] {
        let url = environment.takeURL(holdsJobs: holdsJobs)
        let response = try await polls.send(request("GET", url, deadline: .seconds(90), limit: 32 << 20))
        switch response.status {
        case 200:
            guard let answer = try? JSONCoding.decode(JSONValue.self, from: response.body) else { return [] }
            return (answer.arrayValue ?? [answer]).compactMap { job in
                job["id"]?.stringValue.map { TakenJob(id: $0, input: job["input"] ?? .object([:])) }
            }
        case 201...299, 400:
            // RunPod's SDK expects a 400 while an instance is being restored from its snapshot.
            return []
        default:
            throw refusal(response)
        }
    }

    /// The ids of jobs to stop, once there are some or the platform has held the request long enough.
    ///
    /// Must not be called without a `stopURL`.
    package func jobsToStop(url: String) async throws -> [String] {
        let response = try await polls.send(request("GET", url, deadline: .seconds(90)))
        guard 200..<300 ~= response.status else { throw refusal(response) }
        let answer = try? JSONCoding.decode(JSONValue.self, from: response.body)
        return answer?["jobsToStop"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    /// Posts the result of a job.
    package func done(_ job: String, body: Data, isStream: Bool) async throws {
        try await post(body, to: environment.doneURL(job: job, isStream: isStream), deadline: .seconds(60))
    }

    /// Posts one record of a job's stream.
    package func stream(_ body: Data, to url: String) async throws {
        try await post(body, to: url, deadline: .seconds(10))
    }

    /// Says that the worker lives.
    package func ping(url: String) async throws {
        let deadline = min(max(environment.pingInterval * 2, .seconds(1)), .seconds(30))
        let response = try await control.send(request("GET", url, deadline: deadline))
        guard 200..<300 ~= response.status else { throw refusal(response) }
    }

    private func post(_ body: Data, to url: String, deadline: Duration) async throws {
        let response = try await control.send(request("POST", url, body: body, deadline: deadline))
        guard 200..<300 ~= response.status else { throw refusal(response) }
    }

    private func request(
        _ method: String,
        _ url: String,
        body: Data? = nil,
        deadline: Duration,
        limit: Int = 1 << 20
    ) -> TransportRequest {
        var headers: HeaderFields = ["Content-Type": "application/json", "Accept": "application/json"]
        if let authorization = environment.authorization { headers.add("Authorization", authorization.raw) }
        return TransportRequest(
            method: method,
            url: url,
            headers: headers,
            body: body,
            deadline: deadline,
            bodyLimit: limit
        )
    }

    private func refusal(_ response: TransportResponse) -> Refusal {
        Refusal(
            status: response.status,
            retryAfter: RetryAfter.wait(in: response.headers, now: Date()),
            message: excerpt(of: response.body, hiding: environment.authorization)
        )
    }
}
