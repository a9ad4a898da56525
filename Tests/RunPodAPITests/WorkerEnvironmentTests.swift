import RunPodAPI
import Testing

@Suite("WorkerEnvironment")
struct WorkerEnvironmentTests {
    private let base = "http://127.0.0.1:1/v2/ep"

    private func variables(_ changes: [String: String?] = [:]) -> [String: String] {
        var variables = [
            "RUNPOD_WEBHOOK_GET_JOB": "\(base)/job-take/$ID?gpu=x",
            "RUNPOD_WEBHOOK_POST_OUTPUT": "\(base)/job-done/$RUNPOD_POD_ID/$ID?gpu=x",
            "RUNPOD_WEBHOOK_POST_STREAM": "\(base)/job-stream/$RUNPOD_POD_ID/$ID?gpu=x",
            "RUNPOD_WEBHOOK_PING": "\(base)/ping/$RUNPOD_POD_ID?gpu=x",
            "RUNPOD_POD_ID": "wkr1",
            "RUNPOD_AI_API_KEY": "wkey-0123456789",
            "RUNPOD_PING_INTERVAL": "2000",
        ]
        for (name, value) in changes { variables[name] = value }
        return variables
    }

    private func environment(_ changes: [String: String?] = [:]) throws -> WorkerEnvironment {
        try WorkerEnvironment(variables(changes), freshID: { "fresh" })
    }

    @Test("The platform's templates give the addresses that its own SDK calls")
    func urls() throws {
        let environment = try environment()
        #expect(environment.workerID == "wkr1")
        #expect(environment.authorization?.raw == "wkey-0123456789")
        #expect(environment.pingInterval == .seconds(2))
        #expect(environment.takeURL(holdsJobs: false) == "\(base)/job-take/wkr1?gpu=x&job_in_progress=0")
        #expect(environment.takeURL(holdsJobs: true) == "\(base)/job-take/wkr1?gpu=x&job_in_progress=1")
        #expect(environment.stopURL == "\(base)/job-stop/wkr1?gpu=x")
        #expect(environment.doneURL(job: "j-1", isStream: false) == "\(base)/job-done/wkr1/j-1?gpu=x&isStream=false")
        #expect(environment.streamURL(job: "j-1") == "\(base)/job-stream/wkr1/j-1?gpu=x&isStream=false")
        #expect(environment.pingURL(jobs: []) == "\(base)/ping/wkr1?gpu=x")
        #expect(environment.pingURL(jobs: ["a", "b"]) == "\(base)/ping/wkr1?gpu=x&job_id=a%2Cb")
    }

    @Test(
        "Queries are appended to fit the address",
        arguments: [
            ("/job-take/$ID", "/job-take/wkr1?job_in_progress=0"),
            ("/job-take/$ID?", "/job-take/wkr1?job_in_progress=0"),
            ("/job-take/$ID?a=b&", "/job-take/wkr1?a=b&job_in_progress=0"),
            ("/job-take/$ID&gpu=x", "/job-take/wkr1&gpu=x&job_in_progress=0"),
            ("/job-take/$RUNPOD_POD_ID?w=$ID", "/job-take/wkr1?w=wkr1&job_in_progress=0"),
        ]
    )
    func appending(template: String, url: String) throws {
        let environment = try environment(["RUNPOD_WEBHOOK_GET_JOB": base + template])
        #expect(environment.takeURL(holdsJobs: false) == base + url)
    }

    @Test("Ids are escaped")
    func escaped() throws {
        let environment = try environment(["RUNPOD_POD_ID": "a b/c"])
        #expect(
            environment.doneURL(job: "x?y", isStream: true) == "\(base)/job-done/a%20b%2Fc/x%3Fy?gpu=x&isStream=true"
        )
    }

    @Test("What the platform leaves out has an answer")
    func optional() throws {
        let environment = try environment([
            "RUNPOD_WEBHOOK_GET_JOB": "\(base)/take/$ID", "RUNPOD_WEBHOOK_POST_STREAM": nil, "RUNPOD_WEBHOOK_PING": "",
            "RUNPOD_POD_ID": nil, "RUNPOD_AI_API_KEY": " ", "RUNPOD_PING_INTERVAL": nil,
        ])
        #expect(environment.workerID == "fresh")
        #expect(environment.authorization == nil)
        #expect(environment.pingInterval == .seconds(10))
        #expect(environment.stopURL == nil)
        #expect(environment.streamURL(job: "j") == nil)
        #expect(environment.pingURL(jobs: []) == nil)
        #expect(!WorkerEnvironment.isPresent(in: [:]))
        #expect(WorkerEnvironment.isPresent(in: variables()))
    }

    @Test("A variable that is missing or wrong is named")
    func problems() throws {
        #expect(throws: WorkerEnvironment.Problem.missing(variable: "RUNPOD_WEBHOOK_GET_JOB")) {
            try environment(["RUNPOD_WEBHOOK_GET_JOB": nil])
        }
        #expect(throws: WorkerEnvironment.Problem.missing(variable: "RUNPOD_WEBHOOK_POST_OUTPUT")) {
            try environment(["RUNPOD_WEBHOOK_POST_OUTPUT": ""])
        }
        let malformed = try #require(throws: WorkerEnvironment.Problem.self) {
            try environment(["RUNPOD_PING_INTERVAL": "often"])
        }
        #expect("\(malformed)".contains("RUNPOD_PING_INTERVAL=often"))
        #expect(
            throws: WorkerEnvironment.Problem.address(variable: "RUNPOD_WEBHOOK_PING", .foreignHost("example.com"))
        ) {
            try environment(["RUNPOD_WEBHOOK_PING": "https://example.com/ping/$RUNPOD_POD_ID"])
        }
    }
}
