import RunPodAPI
import Testing

@Suite("EndpointAddress")
struct EndpointAddressTests {
    @Test(
        "What people paste gives base and id",
        arguments: [
            ("https://api.runpod.ai/v2/abc123/run", "https://api.runpod.ai/v2", "abc123"),
            ("https://api.runpod.ai/v2/abc123", "https://api.runpod.ai/v2", "abc123"),
            ("https://api.runpod.ai/v2/abc123/", "https://api.runpod.ai/v2", "abc123"),
            ("https://api.runpod.ai/v2/abc123/runsync/?wait=5#top", "https://api.runpod.ai/v2", "abc123"),
            ("https://api.runpod.ai/v2/abc123/health", "https://api.runpod.ai/v2", "abc123"),
            ("https://api.runpod.ai//v2//abc-1_2//purge-queue", "https://api.runpod.ai/v2", "abc-1_2"),
            ("  https://API.RunPod.AI/v2/AbC/run\n", "https://api.runpod.ai/v2", "AbC"),
            ("HTTPS://dev-api.runpod.ai:8443/v2/a1/run", "https://dev-api.runpod.ai:8443/v2", "a1"),
            ("https://api.runpod.io/v2/abc123/run", "https://api.runpod.io/v2", "abc123"),
            ("http://127.0.0.1:18081/v2/ep1", "http://127.0.0.1:18081/v2", "ep1"),
            ("http://localhost/ep1/run", "http://localhost", "ep1"),
            ("http://[::1]:9/v2/ep1/run", "http://[::1]:9/v2", "ep1"),
            ("http://127.9.8.7/ep1", "http://127.9.8.7", "ep1"),
        ]
    )
    func accepted(text: String, base: String, id: String) throws {
        let address = try EndpointAddress(text)
        #expect(address.base == base)
        #expect(address.id == id)
    }

    @Test(
        "What is no endpoint or must not have the key is an error",
        arguments: [
            ("", EndpointAddress.Problem.notURL),
            ("abc123", .notURL),
            ("api.runpod.ai/v2/abc/run", .notURL),
            ("ftp://api.runpod.ai/v2/abc/run", .notURL),
            ("https:///v2/abc/run", .notURL),
            ("https://key@api.runpod.ai/v2/abc/run", .userInfo),
            ("https://a:b@api.runpod.ai/v2/abc/run", .userInfo),
            ("http://api.runpod.ai/v2/abc/run", .clearText(host: "api.runpod.ai")),
            ("https://api.runpod.ai.example.com/v2/abc/run", .foreignHost("api.runpod.ai.example.com")),
            ("https://notrunpod.ai/v2/abc/run", .foreignHost("notrunpod.ai")),
            ("https://127.0.0.1.example.com/v2/abc", .foreignHost("127.0.0.1.example.com")),
            ("https://127.example/v2/abc", .foreignHost("127.example")),
            ("http://10.0.0.1/v2/abc", .foreignHost("10.0.0.1")),
            ("https://api.runpod.ai", .noEndpointID),
            ("https://api.runpod.ai/v2", .noEndpointID),
            ("https://api.runpod.ai/v2/run", .noEndpointID),
            ("https://api.runpod.ai/v2/a%2Fb/run", .noEndpointID),
        ]
    )
    func refused(text: String, problem: EndpointAddress.Problem) {
        #expect(throws: problem) { try EndpointAddress(text) }
    }

    @Test("A host that the user names is allowed, but only over https")
    func allowedHost() throws {
        let address = try EndpointAddress("https://gpu.example.com/v2/abc/run", allowedHosts: ["GPU.example.com"])
        #expect(address.host == "gpu.example.com")
        #expect(throws: EndpointAddress.Problem.clearText(host: "gpu.example.com")) {
            try EndpointAddress("http://gpu.example.com/v2/abc/run", allowedHosts: ["gpu.example.com"])
        }
    }

    @Test("The seed's host gets a notice that says what to set")
    func notice() throws {
        let notice = try #require(try EndpointAddress("https://api.runpod.io/v2/abc123/run").notice)
        #expect(notice.contains("RUNPOD_ENDPOINT=https://api.runpod.ai/v2/abc123/run"))
        #expect(try EndpointAddress("https://api.runpod.ai/v2/abc123/run").notice == nil)
    }

    @Test("Operations, jobs and queries make URLs in which nothing leaks out of its place")
    func urls() throws {
        let address = try EndpointAddress("https://api.runpod.ai/v2/abc/run")
        #expect(address.url("health") == "https://api.runpod.ai/v2/abc/health")
        #expect(
            address.url("stream", job: "a-1/../x?y", query: [("wait", "1000"), ("a", "b&c")])
                == "https://api.runpod.ai/v2/abc/stream/a-1%2F..%2Fx%3Fy?wait=1000&a=b%26c"
        )
    }
}

@Suite("Credential")
struct CredentialTests {
    @Test("A key shows at most its last four characters, however it is printed")
    func description() throws {
        let key = try #require(Credential("  rpa_SECRETSECRET1234\n"))
        #expect(key.bearer == "Bearer rpa_SECRETSECRET1234")
        #expect(key.raw == "rpa_SECRETSECRET1234")
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\(["k": key])", key.redacted(from: "x \(key.raw) y")] {
            #expect(!text.contains("SECRET"))
        }
        #expect("\(key)" == "…1234")
        #expect("\(try #require(Credential("short")))" == "…")
        #expect(Credential(" \n") == nil)
    }
}
