/// A request's method and target, read as one of the endpoint's operations.
enum EndpointOperation: Sendable, Hashable {
    case run
    case runsync(wait: Duration)
    /// With a `ttl` the job is to be known for that long from now.
    case status(String, ttl: Duration? = nil)
    case statusSync(String, wait: Duration)
    case stream(String, wait: Duration)
    case cancel(String)
    case retry(String)
    case purgeQueue
    case health
    case requests
    case jobTake(worker: String, batch: Int?)
    case jobDone(worker: String, job: String)
    case jobStream(worker: String, job: String)
    case ping(worker: String, holding: [String], isHealthy: Bool)
    case jobStop(worker: String)

    enum Mismatch: Error, Hashable {
        /// No such path, or another endpoint's.
        case notFound
        case otherEndpoint
        case method
    }

    /// Reads `/v2/{endpoint}/…`.
    ///
    /// Double slashes count as one, and what an SDK glues to the last path segment with `&`, for want of a `?` in its
    /// template, counts as the query.
    init(method: String, target: String, endpointID: String) throws(Mismatch) {
        let target = Target(target)
        var path = target.path[...]
        guard path.popFirst() == "v2", let endpoint = path.popFirst() else { throw .notFound }
        guard endpoint == endpointID else { throw .otherEndpoint }
        guard let name = path.popFirst() else { throw .notFound }
        let first = path.popFirst()
        let second = path.popFirst()
        guard path.isEmpty else { throw .notFound }
        let isGet = method == "GET"
        let isPost = method == "POST"
        let isRightMethod: Bool
        switch (name, first, second) {
        case ("run", nil, nil):
            self = .run
            isRightMethod = isPost
        case ("runsync", nil, nil):
            self = .runsync(wait: target.wait(default: .seconds(90)))
            isRightMethod = isPost
        case ("status", let job?, nil):
            self = .status(job, ttl: target.ttl)
            isRightMethod = isGet || isPost
        case ("status-sync", let job?, nil):
            self = .statusSync(job, wait: target.wait(default: .seconds(90), atMost: .seconds(90)))
            isRightMethod = isGet || isPost
        case ("stream", let job?, nil):
            self = .stream(job, wait: target.wait(default: .seconds(10)))
            isRightMethod = isGet || isPost
        case ("cancel", let job?, nil):
            self = .cancel(job)
            isRightMethod = isPost
        case ("retry", let job?, nil):
            self = .retry(job)
            isRightMethod = isPost
        case ("purge-queue", nil, nil):
            self = .purgeQueue
            isRightMethod = isPost
        case ("health", nil, nil):
            self = .health
            isRightMethod = isGet
        case ("requests", nil, nil):
            self = .requests
            isRightMethod = isGet
        case ("job-take", let worker?, nil):
            self = .jobTake(worker: worker, batch: nil)
            isRightMethod = isGet
        case ("job-take-batch", let worker?, nil):
            self = .jobTake(worker: worker, batch: target["batch_size"].flatMap { Int($0) } ?? 1)
            isRightMethod = isGet
        case ("job-done", let worker?, let job?):
            self = .jobDone(worker: worker, job: job)
            isRightMethod = isPost
        case ("job-stream", let worker?, let job?):
            self = .jobStream(worker: worker, job: job)
            isRightMethod = isPost
        case ("ping", let worker?, nil):
            let holding = (target["job_id"] ?? "").split(separator: ",").map(String.init)
            self = .ping(worker: worker, holding: holding, isHealthy: target["status"] != "unhealthy")
            isRightMethod = isGet
        case ("job-stop", let worker?, nil):
            self = .jobStop(worker: worker)
            isRightMethod = isGet
        default:
            throw .notFound
        }
        guard isRightMethod else { throw .method }
    }

    /// The worker that calls; nil for a client's call.
    var worker: String? {
        switch self {
        case .jobTake(let worker, _), .jobDone(let worker, _), .jobStream(let worker, _), .ping(let worker, _, _),
            .jobStop(let worker):
            worker
        case .run, .runsync, .status, .statusSync, .stream, .cancel, .retry, .purgeQueue, .health, .requests: nil
        }
    }

    /// The pass that a worker's address carries in its query.
    static func pass(in target: String) -> String? { Target(target)["pass"] }

    /// What the id of a job that came with `runsync` begins with.
    static let synchronousPrefix = "sync-"

    /// The largest body that the operation takes, in bytes; the platform's own limits.
    var bodyLimit: Int {
        switch self {
        case .run: 10 << 20
        case .runsync: 20 << 20
        // A result may be as large as the request that asked for it.
        case .jobDone(_, let job): job.hasPrefix(Self.synchronousPrefix) ? 20 << 20 : 10 << 20
        case .jobStream: 1_000_000
        case .status, .statusSync, .stream, .cancel, .retry, .purgeQueue, .health, .requests, .jobTake, .ping, .jobStop:
            64 << 10
        }
    }
}

extension EndpointOperation {
    /// A request target cut into path segments and query values, percent-encoding undone.
    private struct Target {
        var path: [String]
        private var query: [String: String] = [:]

        init(_ target: String) {
            let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            var segments = parts[0].split(separator: "/").map(Substring.init)
            var pairs = parts.count > 1 ? parts[1].split(separator: "&") : []
            if let last = segments.last, let glued = last.firstIndex(of: "&") {
                segments[segments.count - 1] = last[..<glued]
                pairs += last[glued...].split(separator: "&")
            }
            path = segments.map(Self.decoded)
            for pair in pairs {
                let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                query[Self.decoded(sides[0])] = sides.count > 1 ? Self.decoded(sides[1]) : ""
            }
        }

        subscript(name: String) -> String? { query[name] }

        /// The query's `wait` in milliseconds, brought into the range that the platform gives.
        func wait(default standard: Duration, atMost most: Duration = .seconds(300)) -> Duration {
            guard let milliseconds = self["wait"].flatMap({ Int($0) }) else { return standard }
            return min(max(.milliseconds(milliseconds), .seconds(1)), most)
        }

        /// The query's `ttl` in milliseconds, at most seven days; nil when there is none to go by.
        var ttl: Duration? {
            guard let milliseconds = self["ttl"].flatMap({ Int($0) }), milliseconds > 0 else { return nil }
            return min(.milliseconds(milliseconds), .seconds(604_800))
        }

        private static func decoded(_ text: Substring) -> String {
            guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
            var bytes: [UInt8] = []
            var rest = Array(text.utf8)[...]
            while let byte = rest.popFirst() {
                let digits = rest.prefix(2)
                if byte == UInt8(ascii: "%"), digits.count == 2,
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
                {
                    bytes.append(value)
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
