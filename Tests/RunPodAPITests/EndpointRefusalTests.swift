import RunPodAPI
import Testing

@Suite("A refusal")
struct EndpointRefusalTests {
    private static let right = "https://api.runpod.ai/v2/ab12/run"
    private static let wrong = "https://api.runpod.io/v2/ab12/run"
    private static let own = "http://127.0.0.1:9/v2/ab12"

    @Test(
        "Host and status tell the cause, and the sentence says what to do",
        arguments: [
            (right, 401, .staleKey, "make a new key"), (right, 402, .noCredit, "under Billing"),
            (right, 403, .forbidden, "allow it"), (right, 404, .unknownEndpoint, "compare the id in RUNPOD_ENDPOINT"),
            (wrong, 401, .wrongHost, "set it to https://api.runpod.ai/v2/ab12/run"),
            (wrong, 403, .wrongHost, "jobs are served by api.runpod.ai, RUNPOD_ENDPOINT says api.runpod.io"),
            (wrong, 404, .wrongHost, "set it to https://api.runpod.ai/v2/ab12/run"),
            (wrong, 402, .noCredit, "under Billing"), (own, 401, .staleKey, "RUNPOD_API_KEY"),
            (own, 404, .unknownEndpoint, "no endpoint ab12"), (right, 307, .movedAway, "redirect to elsewhere.test"),
        ] as [(String, Int, EndpointRefusal.Cause, String)]
    )
    func causes(address: String, status: Int, cause: EndpointRefusal.Cause, words: String) throws {
        let address = try EndpointAddress(address)
        let refusal = EndpointRefusal(
            status: status,
            address: address,
            credential: try #require(Credential("rpa_SECRETKEY99")),
            target: "elsewhere.test",
            words: #"{"message":"Not Found"}"#
        )
        #expect(refusal.cause == cause)
        #expect(refusal.text.contains(words), "\(refusal.text)")
        #expect(refusal.text.hasPrefix("\(address)"))
        #expect(refusal.text.contains("(\(status))"))
        #expect(!refusal.text.contains("SECRETK"))
        #expect(!refusal.text.contains("\n"))
    }
}
