import Flashpoints
import FoundationEssentials
import TestSupport
import Testing

@Suite("The answer of a run")
struct AnswerWriterTests {
    private func answer(flashpoints: Int, failed: Int = 0, speedup: Speedup) -> RunAnswer {
        RunAnswer(
            date: "2025-01-01",
            trigger: "manual",
            cleanup: true,
            workers: 4,
            durationSeconds: 45.2,
            run: "20250101-k3f9",
            flashpoints: flashpoints,
            succeeded: flashpoints - failed,
            failed: failed,
            cancelled: 0,
            wallSeconds: 45.4,
            speedup: speedup
        )
    }

    @Test("What is billed stands behind the speedup, and the cost where there is a price", arguments: [nil, 0.0045])
    func bill(cost: Double?) async throws {
        var answer = answer(flashpoints: 1, speedup: Speedup(shareWeights: [1]))
        answer.bill = RunBill(billedSeconds: 23.7004, coldStartSeconds: 4, lostSeconds: 0, costEstimate: cost)
        let text = try await write(answer) { _ in Array("1".utf8) }.joined()
        let expected =
            #""attainable":null,"billed_sec":23.7,"cold_start_sec":4,"lost_sec":0,"#
            + (cost == nil ? "" : #""cost_estimate":0.0045,"#) + #""results":[1],"#
        #expect(String(decoding: text, as: UTF8.self).contains(expected))
        #expect(try JSONCoding.decode(RunAnswer.self, from: Data(text)) == answer)
    }

    private func write(
        _ answer: RunAnswer,
        pageSize: Int = 64,
        failures: [RunFailure] = [],
        result: (Int) -> [UInt8]?
    ) async throws -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        try await AnswerWriter(answer, pageSize: pageSize).write(
            results: { $0.map(result) },
            // Two a page, so that pages meet.
            failures: { index in Array(failures.filter { $0.index >= index }.prefix(2)) },
            to: { pieces.append($0) }
        )
        return pieces
    }

    @Test("It has the documented shape and order", arguments: [1, 2, 64])
    func shape(pageSize: Int) async throws {
        var speedup = Speedup(shareWeights: [1, 1, 1, 1])
        for worker in 1...4 { speedup.settled(worker: worker, weight: 1, seconds: 43) }
        let failure = Failure(.timeout, stage: "render", "too slow")
        let failures = [1, 2, 4].map { RunFailure(index: $0, id: "fp-\($0)", failure: failure, attempts: 2) }
        let answer = answer(flashpoints: 5, failed: 3, speedup: speedup)
        let pieces = try await write(answer, pageSize: pageSize, failures: failures) { index in
            [1, 2, 4].contains(index) ? nil : Array("{\"n\":\(index)}".utf8)
        }
        let expected =
            #"{"ok":false,"date":"2025-01-01","trigger":"manual","cleanup":true,"workers":4,"duration_sec":45.2,"#
            + #""run":"20250101-k3f9","flashpoints":5,"succeeded":2,"failed":3,"cancelled":0,"wall_sec":45.4,"#
            + #""sequential_sec":172,"speedup":3.805,"efficiency":0.951,"attainable":4,"#
            + #""results":[{"n":0},null,null,{"n":3},null],"failures":["#
            + [1, 2, 4].map {
                #"{"attempts":2,"class":"timeout","id":"fp-\#($0)","index":\#($0),"message":"too slow","stage":"render"}"#
            }.joined(separator: ",") + "]}\n"
        #expect(String(decoding: pieces.joined(), as: UTF8.self) == expected)
        #expect(try JSONCoding.decode(RunAnswer.self, from: Data(pieces.joined())) == answer)
    }

    @Test("With nothing settled the three ratios are null")
    func nothingSettled() async throws {
        let answer = answer(flashpoints: 0, speedup: Speedup(shareWeights: [0]))
        let pieces = try await write(answer) { _ in nil }
        let value = try JSONCoding.decode(JSONValue.self, from: Data(pieces.joined()))
        #expect(value["ok"] == true)
        for key in ["speedup", "efficiency", "attainable"] { #expect(value[key] == .null) }
        #expect(value["results"] == [])
        #expect(value["failures"] == [])
        #expect(value.objectValue?.count == 18)
    }

    @Test("Without results it encodes to the same fields")
    func withoutResults() throws {
        let answer = answer(flashpoints: 3, speedup: Speedup(shareWeights: [3]))
        let encoded = try JSONCoding.encode(answer)
        #expect(try JSONCoding.decode(RunAnswer.self, from: encoded) == answer)
        let value = try JSONCoding.decode(JSONValue.self, from: encoded)
        #expect(value.objectValue?.count == 16)
        #expect(value["speedup"] == .null)
    }

    @Test("A failure reads back as it was written")
    func failure() throws {
        let failure = RunFailure(index: 4, id: "fp-4", failure: Failure(.infra, "lost"), attempts: 1)
        #expect(try JSONCoding.decode(RunFailure.self, from: JSONCoding.encode(failure)) == failure)
    }

    @Test("A hundred thousand results go out in small pieces", .heavy)
    func streams() async throws {
        let answer = answer(flashpoints: 100_000, speedup: Speedup(shareWeights: [1]))
        let result = [UInt8](repeating: UInt8(ascii: "7"), count: 100)
        let pieces = try await write(answer) { _ in result }
        #expect((pieces.map(\.count).max() ?? 0) < 70_000)
        #expect(pieces.reduce(0) { $0 + $1.count } > 10_000_000)
        #expect(pieces.joined().count { $0 == UInt8(ascii: ",") } == 100_000 + 16)
    }

    @Test("A page of the wrong length is an error, never a shifted result")
    func wrongPage() async throws {
        let answer = answer(flashpoints: 3, speedup: Speedup(shareWeights: [3]))
        await #expect(throws: Failure(.contract, "1 results came for the flashpoints 0..<3, not 3")) {
            try await AnswerWriter(answer).write(results: { _ in [nil] }, failures: { _ in [] }, to: { _ in })
        }
    }
}
