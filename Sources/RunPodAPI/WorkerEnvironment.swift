import FoundationEssentials

/// What the platform tells a worker through its environment: where its calls go and who it is.
package struct WorkerEnvironment: Sendable, Hashable {
    /// The worker's id; `RUNPOD_POD_ID`, or a fresh one.
    package let workerID: String
    /// Sent as it is, without `Bearer`, when the platform gave one.
    package let authorization: Credential?
    /// How often to ping.
    package let pingInterval: Duration

    private let takeTemplate: String
    private let doneTemplate: String
    private let streamTemplate: String?
    private let pingTemplate: String?

    /// Why an environment is not that of a RunPod worker.
    package enum Problem: Error, Sendable, Hashable {
        case missing(variable: String)
        case malformed(variable: String, value: String, expected: String)
        case address(variable: String, EndpointAddress.Problem)
    }

    /// Whether the environment is that of a RunPod worker.
    package static func isPresent(in environment: [String: String]) -> Bool {
        environment["RUNPOD_WEBHOOK_GET_JOB"]?.isEmpty == false
    }

    /// Reads the variables that RunPod's own SDK reads.
    ///
    /// - Parameters:
    ///   - freshID: Names the worker when the platform does not.
    ///   - allowedHosts: Hosts beyond RunPod's own and loopback that may be given the key.
    package init(
        _ environment: [String: String],
        freshID: () -> String,
        allowedHosts: Set<String> = []
    ) throws(Problem) {
        func template(_ variable: String) throws(Problem) -> String? {
            guard let value = environment[variable], !value.isEmpty else { return nil }
            do {
                // The variables' dollar signs and what they stand for have no part in the address.
                _ = try WireURL(value.replacing("$", with: ""), allowedHosts: allowedHosts)
            } catch {
                throw .address(variable: variable, error)
            }
            return value
        }
        guard let take = try template("RUNPOD_WEBHOOK_GET_JOB") else {
            throw .missing(variable: "RUNPOD_WEBHOOK_GET_JOB")
        }
        guard let done = try template("RUNPOD_WEBHOOK_POST_OUTPUT") else {
            throw .missing(variable: "RUNPOD_WEBHOOK_POST_OUTPUT")
        }
        takeTemplate = take
        doneTemplate = done
        streamTemplate = try template("RUNPOD_WEBHOOK_POST_STREAM")
        pingTemplate = try template("RUNPOD_WEBHOOK_PING")
        let pod = environment["RUNPOD_POD_ID"] ?? ""
        workerID = pod.isEmpty ? freshID() : pod
        authorization = environment["RUNPOD_AI_API_KEY"].flatMap(Credential.init(_:))
        if let text = environment["RUNPOD_PING_INTERVAL"], !text.isEmpty {
            guard let milliseconds = Int(text), milliseconds > 0 else {
                throw .malformed(variable: "RUNPOD_PING_INTERVAL", value: text, expected: "milliseconds, such as 10000")
            }
            // RunPod's SDK turns less than a second into a loop without a pause.
            pingInterval = .milliseconds(max(100, milliseconds))
        } else {
            pingInterval = .seconds(10)
        }
    }
}

extension WorkerEnvironment {
    /// Where to ask for a job.
    package func takeURL(holdsJobs: Bool) -> String {
        Self.append("job_in_progress=\(holdsJobs ? 1 : 0)", to: expand(takeTemplate, id: workerID))
    }

    /// Where to hear which jobs to stop; nil when it can't be told from the address for taking jobs.
    package var stopURL: String? {
        guard takeTemplate.contains("/job-take/") else { return nil }
        return expand(takeTemplate.replacing("/job-take/", with: "/job-stop/", maxReplacements: 1), id: workerID)
    }

    /// Where the result of a job goes.
    package func doneURL(job: String, isStream: Bool) -> String {
        Self.append("isStream=\(isStream)", to: expand(doneTemplate, id: job))
    }

    /// Where a job's stream goes; nil when the platform takes none.
    package func streamURL(job: String) -> String? {
        streamTemplate.map { Self.append("isStream=false", to: expand($0, id: job)) }
    }

    /// Where the worker says that it lives and holds these jobs; nil when the platform does not want to know.
    package func pingURL(jobs: [String]) -> String? {
        guard let pingTemplate else { return nil }
        let url = expand(pingTemplate, id: workerID)
        return jobs.isEmpty ? url : Self.append("job_id=\(WireURL.escape(jobs.joined(separator: ",")))", to: url)
    }

    /// Both variables may stand in every template.
    private func expand(_ template: String, id: String) -> String {
        template
            .replacing("$RUNPOD_POD_ID", with: WireURL.escape(workerID))
            .replacing("$ID", with: WireURL.escape(id))
    }

    /// Adds to the query.
    ///
    /// RunPod's SDK always writes `&`, so an address without `?` may have an `&` glued to its last segment; a server
    /// that hands out such an address wants more of the same.
    private static func append(_ item: String, to url: String) -> String {
        if url.contains("?") { return url.hasSuffix("?") || url.hasSuffix("&") ? url + item : "\(url)&\(item)" }
        let lastSegment = url.split(separator: "/").last ?? ""
        return lastSegment.contains("&") ? "\(url)&\(item)" : "\(url)?\(item)"
    }
}

extension WorkerEnvironment.Problem: CustomStringConvertible {
    /// What is wrong and what would be right.
    package var description: String {
        switch self {
        case .missing(let variable):
            "\(variable) is not set; a RunPod worker gets it from the platform, or from `etl-dash endpoint`"
        case .malformed(let variable, let value, let expected):
            "\(variable)=\(value) is not \(expected)"
        case .address(let variable, let problem):
            "\(variable) \(problem)"
        }
    }
}
