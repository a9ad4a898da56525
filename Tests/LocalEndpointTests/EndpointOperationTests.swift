import Testing

@testable import LocalEndpoint

@Suite("Requests read as operations")
struct EndpointOperationTests {
    static let understood: [(String, String, EndpointOperation)] = [
        ("POST", "/v2/ep/run", .run),
        ("POST", "/v2//ep//run", .run),
        ("POST", "/v2/ep/runsync?wait=1000", .runsync(wait: .seconds(1))),
        ("GET", "/v2/ep/status/j-1", .status("j-1")),
        ("POST", "/v2/ep/status/j-1", .status("j-1")),
        ("GET", "/v2/ep/status-sync/j?wait=2500", .statusSync("j", wait: .milliseconds(2_500))),
        ("GET", "/v2/ep/status/j-1?ttl=6000", .status("j-1", ttl: .seconds(6))),
        ("GET", "/v2/ep/status/j-1?ttl=999999999999", .status("j-1", ttl: .seconds(604_800))),
        ("GET", "/v2/ep/status/j-1?ttl=-1", .status("j-1")),
        ("GET", "/v2/ep/status/j-1?ttl=soon", .status("j-1")),
        ("POST", "/v2/ep/runsync", .runsync(wait: .seconds(90))),
        ("POST", "/v2/ep/runsync?wait=0", .runsync(wait: .seconds(1))),
        ("POST", "/v2/ep/runsync?wait=300001", .runsync(wait: .seconds(300))),
        ("GET", "/v2/ep/status-sync/j?wait=1", .statusSync("j", wait: .seconds(1))),
        ("GET", "/v2/ep/status-sync/j?wait=300000", .statusSync("j", wait: .seconds(90))),
        ("GET", "/v2/ep/stream/j?wait=-5", .stream("j", wait: .seconds(1))),
        ("GET", "/v2/ep/stream/j?wait=soon", .stream("j", wait: .seconds(10))),
        ("GET", "/v2/ep/stream/j", .stream("j", wait: .seconds(10))),
        ("GET", "/v2/ep/stream/j?wait=999999999", .stream("j", wait: .seconds(300))),
        ("POST", "/v2/ep/cancel/j", .cancel("j")),
        ("POST", "/v2/ep/retry/j", .retry("j")),
        ("POST", "/v2/ep/purge-queue", .purgeQueue),
        ("GET", "/v2/ep/health", .health),
        ("GET", "/v2/ep/job-take/w?gpu=x&job_in_progress=0", .jobTake(worker: "w", batch: nil)),
        ("GET", "/v2/ep/job-take/w&job_in_progress=0", .jobTake(worker: "w", batch: nil)),
        ("GET", "/v2/ep/job-take-batch/w?batch_size=3&job_in_progress=1", .jobTake(worker: "w", batch: 3)),
        ("GET", "/v2/ep/job-take-batch/w&batch_size=3&job_in_progress=1", .jobTake(worker: "w", batch: 3)),
        ("POST", "/v2/ep/job-done/w/j?gpu=x&isStream=false", .jobDone(worker: "w", job: "j")),
        ("POST", "/v2/ep/job-done/w/j&isStream=false", .jobDone(worker: "w", job: "j")),
        ("POST", "/v2/ep/job-stream/w/j?isStream=false", .jobStream(worker: "w", job: "j")),
        (
            "GET", "/v2/ep/ping/w?job_id=a%2Cb&runpod_version=1",
            .ping(worker: "w", holding: ["a", "b"], isHealthy: true)
        ),
        ("GET", "/v2/ep/ping/w?gpu=x", .ping(worker: "w", holding: [], isHealthy: true)),
        ("GET", "/v2/ep/ping/w?status=unhealthy", .ping(worker: "w", holding: [], isHealthy: false)),
        ("GET", "/v2/ep/job-stop/w%20x", .jobStop(worker: "w x")),
    ]

    @Test("Each route is understood as clients and SDKs write it", arguments: understood)
    func routes(method: String, target: String, expected: EndpointOperation) throws {
        #expect(try EndpointOperation(method: method, target: target, endpointID: "ep") == expected)
    }

    @Test(
        "Other targets are told apart by what is wrong with them",
        arguments: [
            ("GET", "/", EndpointOperation.Mismatch.notFound), ("GET", "/v2", .notFound),
            ("GET", "/v1/ep/health", .notFound),
            ("GET", "/v2/ep", .notFound), ("GET", "/v2/ep/nothing", .notFound), ("GET", "/v2/ep/status", .notFound),
            ("GET", "/v2/ep/status/a/b/c", .notFound), ("GET", "/v2/other/health", .otherEndpoint),
            ("GET", "/v2/ep/run", .method), ("POST", "/v2/ep/health", .method), ("DELETE", "/v2/ep/status/j", .method),
        ]
    )
    func mismatches(method: String, target: String, expected: EndpointOperation.Mismatch) {
        #expect(throws: expected) { try EndpointOperation(method: method, target: target, endpointID: "ep") }
    }
}
