import Coordination
import Flashpoints
import Testing

@Suite struct HandlerOutputTests {
    /// Flashpoints 3, 4 and 5 with ids a, b and 7; the job took six seconds.
    private static let output = HandlerOutput(indices: [3, 4, 5], ids: ["a", "b", "7"], executionMS: 6_000)

    /// What is taken, in a form that is short to write: `index=result`, `index!class:message`.
    private static func read(_ results: [ItemResult]) -> [String] {
        results.map { result in
            switch result.outcome {
            case .success(let value): "\(result.index)=\(short(value))"
            case .failure(let failure): "\(result.index)!\(failure.kind.rawValue):\(failure.message)"
            }
        }
    }

    private static func misplaced(_ index: Int, _ found: String) -> String {
        "\(index)!contract:the handler's results have an index and no id, and their indices (\(found)) are not those of "
            + "the job's flashpoints (3, 4, 5), each once; let each result carry the id of its flashpoint"
    }

    private static func short(_ value: JSONValue) -> String {
        switch value {
        case .integer(let number): "\(number)"
        case .string(let text): text
        case .object(let members): "{" + members.keys.sorted().joined(separator: ",") + "}"
        case .array(let elements): "[\(elements.count)]"
        case .null: "null"
        case .bool, .number: "other"
        }
    }

    @Test(
        "Each shape of an output gives what it says and nothing more",
        arguments: [
            (
                "our records",
                [
                    ["event": "result", "index": 4, "id": "b", "ok": true, "result": 1, "duration_sec": 2],
                    [
                        "event": "result", "index": 3, "id": "a", "ok": false,
                        "failure": ["class": "timeout", "message": "late"],
                    ],
                    ["event": "end", "ok": true],
                ], ["4=1", "3!timeout:late"]
            ),
            ("a list as long as the chunk", [1, "x", ["k": 2]], ["3=1", "4=x", "5={k}"]),
            ("results in an object", ["ok": true, "results": [1, 2, 3]], ["3=1", "4=2", "5=3"]),
            (
                "ids in any order", [["id": "b", "v": 1], ["id": 7, "v": 2], ["id": "a", "result": 9]],
                ["3=9", "4={id,v}", "5={id,v}"]
            ),
            ("fewer with ids", [["id": "b", "result": 1]], ["4=1"]),
            (
                "more with ids", [["id": "b", "result": 1], ["id": "zz"], ["id": "a", "result": 2], ["x": 1]],
                ["4=1", "3=2"]
            ),
            ("an id decides over an index", [["id": "b", "index": 3, "result": 1]], ["4=1"]),
            ("an index of the input", [["index": 5, "result": 1], ["index": 3, "result": 2]], ["3=2", "5=1"]),
            (
                "an index of the chunk, from 0 to its end",
                [["index": 1, "result": 8], ["index": 0, "result": 7], ["index": 2, "result": 9]],
                ["3=7", "4=8", "5=9"]
            ),
            (
                "an index of nobody knows what", [["index": 5, "result": 1], ["index": 0, "result": 2]],
                [misplaced(3, "0, 5"), misplaced(4, "0, 5"), misplaced(5, "0, 5")]
            ),
            (
                "not all from 0", [["index": 0, "result": 1], ["index": 2, "result": 2]],
                [misplaced(3, "0, 2"), misplaced(4, "0, 2"), misplaced(5, "0, 2")]
            ),
            (
                "two verdicts with one index", [["index": 4, "result": 1], ["index": 4, "result": 2]],
                [misplaced(3, "4"), misplaced(4, "4"), misplaced(5, "4")]
            ),
            ("one verdict twice", [["index": 4, "result": 1], ["index": 4, "result": 1]], ["4=1"]),
            (
                "progress with its index", [["index": 4, "phase": "x", "result": nil], ["index": 4, "result": 1]],
                ["4=1"]
            ),
            (
                "an index that can't be placed beside ids",
                [["id": "a", "result": 1], ["index": 9, "result": 2], ["no": "label"]],
                ["3=1", misplaced(4, "9"), misplaced(5, "9")]
            ),
            ("an index with a hash is checked by that", [["index": 5, "hash": "ff", "result": 1]], ["5=1"]),
            (
                "progress whose result is not there yet",
                [
                    ["id": "a", "result": nil, "phase": "reading"], ["id": "b", "error": nil, "result": nil],
                    ["id": "a", "result": 1], ["id": "b", "result": 2],
                ], ["3=1", "4=2"]
            ),
            ("a result that is null and said to be right", [["id": "a", "ok": true, "result": nil]], ["3=null"]),
            ("flashpoint_id", ["results": [["flashpoint_id": "a", "result": 1]]], ["3=1"]),
            ("an unknown id is not placed", [["id": "q"], ["id": "r"], ["id": "s"]], []),
            ("null is a failure", [1, nil, 3], ["3=1", "4!transient:the handler returned null", "5=3"]),
            (
                "error and failure",
                [
                    ["error": "boom"], ["failure": ["class": "permanent", "message": "no feeds"]],
                    ["error": nil, "v": 1],
                ], ["3!transient:boom", "4!permanent:no feeds", "5={error,v}"]
            ),
            (
                "not ok", [["ok": false, "message": "no"], ["ok": true, "result": 1], ["ok": false]],
                [
                    "3!transient:no", "4=1", "5!transient:the handler says that it is not ok",
                ]
            ),
            (
                "null between ids in order", [["id": "a", "result": 1], nil, ["id": 7, "result": 2]],
                [
                    "3=1", "4!transient:the handler returned null", "5=2",
                ]
            ),
            (
                "null between ids out of order", [["id": "b", "result": 1], nil, ["id": 7, "result": 2]],
                ["4=1", "5=2"]
            ),
            (
                "what a generator yielded, progress among it",
                [
                    ["phase": "loading"], ["id": "a", "phase": "reading"], ["id": "a", "result": 1],
                    ["id": "a", "phase": "done"], ["id": "b", "phase": "reading"], ["id": "b", "words": 2],
                ], ["3=1", "4={id,words}"]
            ),
            (
                "as many yielded as the chunk has, progress among it",
                [["id": "a", "phase": "reading"], ["id": "a", "result": 1], ["id": "b", "result": 2]], ["3=1", "4=2"]
            ),
            (
                "our progress and their results",
                [
                    ["event": "log", "level": "INFO", "message": "reading"], ["id": "b", "result": 1],
                    ["event": "start", "index": 3, "id": "a"], ["id": "a", "result": 2], ["id": 7, "result": 3],
                ], ["3=2", "4=1", "5=3"]
            ),
            ("too short", [1, 2], []),
            ("too long", [1, 2, 3, 4], []),
            ("results by id", ["results": ["b": 1, "7": ["error": "x"], "zz": 2]], ["4=1", "5!transient:x"]),
            ("the chunk as one", ["articles": 12], ["3={articles}", "4={articles}", "5={articles}"]),
            (
                "the chunk fails as one", ["ok": false, "message": "down"],
                ["3!transient:down", "4!transient:down", "5!transient:down"]
            ),
            ("one flashpoint's object", ["id": "b", "result": 1], ["4=1"]),
            ("nothing at all", [:], []),
            ("an empty list", [], []),
            ("null", nil, []),
            ("text", "done", []),
            (
                "an event of somebody else's", [["event": "election"], ["event": "flood"], ["event": "start"]],
                [
                    "3={event}", "4={event}", "5={event}",
                ]
            ),
        ] as [(String, JSONValue, [String])]
    )
    func shapes(name: String, output: JSONValue, results: [String]) {
        #expect(Self.read(Self.output.results(in: output)).sorted() == results.sorted(), "\(name)")
    }

    @Test("A missing output says nothing")
    func missing() {
        #expect(Self.output.results(in: nil).isEmpty)
    }

    @Test("Seconds are the handler's own, else an even part of the job's, marked as estimated")
    func seconds() throws {
        let results = Self.output.results(in: [["duration_sec": 4.5], 1, 2])
        try #require(results.count == 3)
        #expect(results[0].seconds == 4.5)
        #expect(!results[0].isEstimated)
        #expect(results[1].seconds == 2)
        #expect(results[1].isEstimated)
        let untimed = HandlerOutput(indices: [0], ids: ["a"], executionMS: nil).results(in: [1])
        #expect(untimed.map(\.seconds) == [nil])
        #expect(untimed.map(\.isEstimated) == [false])
    }

    @Test("Our records keep id and hash, so that a wrong one is found out")
    func identity() throws {
        let output: JSONValue = [["event": "result", "index": 3, "id": "z", "hash": "ff", "ok": true, "result": 1]]
        let result = try #require(Self.output.results(in: output).first)
        #expect(result.id == "z")
        #expect(result.hash == "ff")
    }

    @Test(
        "A piece of a stream is a record of ours, or a result that says whose it is",
        arguments: [
            (["event": "start", "index": 3, "id": "a"], .record(.start(index: 3, id: "a")), 0),
            (
                ["event": "heartbeat", "rss_mb": 212, "cpu_sec": 31],
                .record(.heartbeat(residentMB: 212, cpuSeconds: 31)), 0
            ),
            (["event": "log", "level": "DEBUG", "message": "m"], .record(.log(level: "DEBUG", message: "m")), 0),
            (
                ["event": "progress", "index": 3, "stage": "extract", "done": 1, "of": 2],
                .record(.progress(index: 3, stage: "extract", done: 1, of: 2)), 0
            ),
            (["id": "a", "result": 1], nil, 1),
            ([["id": "a", "result": 1], ["id": "b", "error": "x"]], nil, 2),
            (["id": "a", "status": "working"], nil, 0),
            (["id": "a", "result": nil, "error": nil], nil, 0),
            (["id": "a", "ok": true, "result": nil], nil, 1),
            (["index": 3, "result": 1], nil, 0),
            (["index": 3, "hash": "ff", "result": 1], nil, 1),
            (["result": 1], nil, 0),
            ("working", nil, 0),
        ] as [(JSONValue, HandlerOutput.Piece?, Int)]
    )
    func pieces(json: JSONValue, record: HandlerOutput.Piece?, results: Int) {
        let piece = Self.output.piece(json)
        if let record {
            #expect(piece == record)
        } else if case .results(let found) = piece {
            #expect(found.count == results)
        } else {
            Issue.record("\(piece) is not a record of ours")
        }
    }

    @Test("A streamed index without an id counts where it is the same counted from the chunk and from the run")
    func streamedIndices() {
        let piece: JSONValue = ["index": 1, "result": 1]
        let first = HandlerOutput(indices: [0, 1], ids: ["a", "b"], executionMS: nil)
        guard case .results(let results) = first.piece(piece) else {
            Issue.record("it is a record of ours")
            return
        }
        #expect(results.map(\.index) == [1])
        #expect(HandlerOutput(indices: [1, 2], ids: ["b", "c"], executionMS: nil).piece(piece) == .results([]))
    }

    @Test(
        "A record read from JSON is the one that was written",
        arguments: [
            StreamRecord.start(index: 3, id: "fp-3"),
            .progress(index: 3, stage: "extract", done: 12, of: 37),
            .log(level: "DEBUG", message: "…"),
            .result(FlashpointResult(index: 3, id: "fp-3", hash: "ab", outcome: .success(["k": 1]), seconds: 41.5)),
            .result(
                FlashpointResult(
                    index: 4,
                    id: "fp-4",
                    hash: nil,
                    outcome: .failure(Failure(.timeout, stage: "render", "late")),
                    seconds: 60.25
                )
            ),
            .heartbeat(residentMB: 212, cpuSeconds: 31.25),
            .end(
                ChunkEnd(
                    ok: true,
                    date: "2025-01-01",
                    trigger: "etl_worker",
                    cleanup: true,
                    workers: 1,
                    seconds: 125.25,
                    processed: 3,
                    failed: 1
                )
            ),
        ]
    )
    func records(record: StreamRecord) throws {
        let json = try JSONCoding.decode(JSONValue.self, from: try JSONCoding.encode(record))
        #expect(StreamRecord(json: json) == record)
    }
}
