import Coordination
import Flashpoints
import FoundationEssentials
import Testing

@testable import RunPodServerless

@Suite("Lines of the control socket")
struct ControlLineTests {
    @Test(
        "A request is read as it was written",
        arguments: [
            .command(.cancelWorker(2)), .command(.retryWorker(3, indices: nil)),
            .command(.retryWorker(3, indices: [4, 5])), .command(.retryRun), .command(.cancelRun), .command(.pause),
            .command(.proceed), .stop, .ping,
        ] as [ControlRequest]
    )
    func request(request: ControlRequest) {
        let line = ControlLine.encode(request)
        #expect(line.last == UInt8(ascii: "\n"))
        #expect(ControlLine.request(line.dropLast()) == .success(request))
    }

    @Test(
        "A reply is read as it was written",
        arguments: [
            .receipt(.accepted), .receipt(.tooLate("the run has ended")), .receipt(.unknown("there is no worker 9")),
            .driver(ControlDriver(run: "20250101-k3f9", pid: 4_711, hasScreen: true)),
            .driver(ControlDriver(run: "20250101-k3f9", pid: 4_711, hasScreen: false)), .refused("v is 2"),
        ] as [ControlReply]
    )
    func reply(reply: ControlReply) {
        #expect(ControlLine.reply(ControlLine.encode(reply).dropLast()) == reply)
    }

    @Test("The words on the wire are those that are documented")
    func words() {
        let text = { (bytes: [UInt8]) in String(decoding: bytes, as: UTF8.self) }
        let retry = ControlRequest.command(.retryWorker(2, indices: [3, 4]))
        #expect(
            text(ControlLine.encode(retry)) == #"{"command":"retryWorker","indices":[3,4],"v":1,"worker":2}"# + "\n"
        )
        #expect(text(ControlLine.encode(.receipt(.accepted))) == #"{"receipt":"accepted","v":1}"# + "\n")
    }

    @Test(
        "What is no request gets a sentence that says what would be right",
        arguments: [
            ("nonsense", "that is no request"), ("[1]", "that is no request"),
            (#"{"v":1,"command":"cancelWorker","worker":"two"}"#, "that is no request"),
            (#"{"command":"ping"}"#, "v is missing; this etl-dash speaks 1"),
            (#"{"v":2,"command":"ping"}"#, "v is 2; this etl-dash speaks 1"),
            (#"{"v":1}"#, "command is missing; there are cancelWorker, retryWorker"),
            (#"{"v":1,"command":"explode"}"#, #"there is no command "explode"; there are cancelWorker"#),
            (#"{"v":1,"command":"cancelWorker"}"#, "worker is missing"),
            (#"{"v":1,"command":"retryWorker"}"#, "worker is missing"),
        ]
    )
    func nonsense(line: String, answer: String) {
        guard case .failure(let refusal) = ControlLine.request(Array(line.utf8)) else {
            Issue.record("\(line.prefix(80)) was understood")
            return
        }
        #expect(refusal.why.hasPrefix(answer), "\(refusal.why)")
    }

    @Test("Brackets without end are no request and break nothing")
    func deepNesting() {
        let line = Array(String(repeating: "[", count: 60_000).utf8)
        #expect(throws: ControlLine.Refusal.self) { try ControlLine.request(line).get() }
    }
}
