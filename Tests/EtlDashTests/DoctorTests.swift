import RunPodAPI
import RunPodServerless
import Settings
import TestSupport
import Testing

@testable import etl_dash

@Suite("The doctor", .timeLimit(.minutes(5)))
struct DoctorTests {
    /// What it finds of an endpoint that answers so.
    private func findings(_ reply: ScriptedServer.Reply) async throws -> (findings: [Finding], targets: [String]) {
        try await withScriptedServer(replies: [reply]) { server in
            let address = try EndpointAddress("http://127.0.0.1:\(server.port)/v2/ab12/run")
            let mode = RunMode.endpoint(address, try #require(Credential("rpa_SECRETKEY99")))
            // On a clock that stands still no answer is late, however busy the machine.
            let findings = await EndpointCheck(
                mode: mode,
                settings: try Settings.load(environment: [:], envFile: .none),
                clock: TestClock()
            ).findings()
            return (findings, server.requests.map { "\($0.method) \($0.target)" })
        }
    }

    @Test(
        "A refusal is told in the words that a run has for it, and nothing else",
        arguments: [
            (401, #"{"message":"Unauthorized"}"#, "(401): the key …EY99 is not accepted; make a new key"),
            (402, "no credit", "(402): the account of the key …EY99 has no credit; add some"),
            (403, "", "(403): the key …EY99 may not use this endpoint; allow it"),
            (
                404, #"{"detail":"endpoint not found"}"#,
                "(404): there is no endpoint ab12 for the key …EY99; compare the id"
            ),
        ]
    )
    func refused(status: Int, body: String, words: String) async throws {
        let (findings, targets) = try await findings(.answer(status, body))
        #expect(findings.map(\.grade) == [.wrong])
        let message = try #require(findings.first?.message)
        #expect(message.contains(words), "\(message)")
        #expect(!message.contains("\n"))
        #expect(!message.contains("SECRET"))
        #expect(targets == ["GET /v2/ab12/health"], "it asks for the health and for nothing else")
    }

    @Test("A redirect is not followed", arguments: [301, 307])
    func moved(status: Int) async throws {
        let (findings, targets) = try await findings(
            .answer(status, "", headers: [("Location", "https://elsewhere.test/v2/ab12/health")])
        )
        #expect(findings.first?.grade == .wrong)
        #expect(findings.first?.message.contains("a redirect to elsewhere.test (\(status))") == true)
        #expect(targets.count == 1)
    }

    @Test(
        "An endpoint that gives no answer of use is told apart from one that refuses",
        arguments: [
            (.close, "look at the network"), (.answer(500, "x"), "try again later"),
            (.answer(429, ""), "try again later"), (.answer(200, "<html>"), "try again later"),
        ] as [(ScriptedServer.Reply, String)]
    )
    func trouble(reply: ScriptedServer.Reply, advice: String) async throws {
        let (findings, _) = try await findings(reply)
        #expect(findings.first?.grade == .wrong)
        #expect(findings.first?.message.contains(advice) == true, "\(findings)")
    }

    @Test(
        "The counters of the endpoint are told with what they mean",
        arguments: [
            (#"{"idle":1,"ready":1,"running":1}"#, 1, 0, .fine, "1 workers running, 1 idle"),
            ("{}", 0, 0, .fine, "the first job has a cold start before it"),
            ("{}", 0, 4, .doubtful, "4 jobs wait and the endpoint has no worker"),
            (#"{"unhealthy":2}"#, 0, 4, .doubtful, "fail at their start, again and again"),
            (#"{"throttled":2}"#, 0, 4, .doubtful, "no machine of the GPU types is free"),
            (#"{"initializing":2}"#, 0, 4, .doubtful, "2 workers start: a cold start"),
            (#"{"ready":2}"#, 0, 4, .doubtful, "yet none takes one"),
            (#"{"running":2}"#, 0, 0, .doubtful, "2 workers run without a job"),
            (#"{"running":2}"#, 2, 4, .doubtful, "raise the endpoint's max workers"),
            (#"{"unhealthy":1,"idle":1}"#, 0, 0, .doubtful, "their logs in the RunPod console tell why"),
        ] as [(String, Int, Int, Finding.Grade, String)]
    )
    func counters(workers: String, inProgress: Int, inQueue: Int, grade: Finding.Grade, words: String) async throws {
        let body = #"{"jobs":{"inProgress":\#(inProgress),"inQueue":\#(inQueue)},"workers":\#(workers)}"#
        let (findings, _) = try await findings(.answer(200, body))
        #expect(findings.map(\.grade) == [grade], "\(findings)")
        #expect(findings.first?.message.contains(words) == true, "\(findings)")
    }

    @Test("The management API's host is named as such before anything is asked")
    func wrongHost() async throws {
        let address = try EndpointAddress("https://api.runpod.io/v2/ab12/run")
        #expect(address.notice?.contains("set RUNPOD_ENDPOINT=https://api.runpod.ai/v2/ab12/run") == true)
    }
}
