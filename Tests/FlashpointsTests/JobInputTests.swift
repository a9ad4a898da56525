import Flashpoints
import FoundationEssentials
import TestSupport
import Testing

@Suite("A job's input")
struct JobInputTests {
    private func reference(_ indices: [Int], hashes: [String]) -> RunReference {
        RunReference(
            id: "20250101-k3f9",
            worker: 2,
            workers: 4,
            chunk: 2,
            attempt: 1,
            nonce: "n/once",
            logLevel: "INFO",
            indices: indices,
            hashes: hashes
        )
    }

    private let flashpoints = [
        Flashpoint(id: "a", title: "A \"quoted\" title", feeds: [Feed(url: "https://a.example/1")]),
        Flashpoint(id: "b", weight: 2, extra: ["note": [1, nil]]),
    ]

    @Test("What is written around encoded flashpoints decodes to the same input")
    func splice() async throws {
        let hashes = try flashpoints.map { try ContentHash.of($0) }
        let run = reference([3, 4], hashes: hashes)
        let input = JobInput(
            date: "2025-01-01",
            trigger: "etl_worker",
            cleanup: true,
            flashpoints: flashpoints,
            run: run
        )
        let writer = try JobInputWriter(date: input.date, trigger: input.trigger, cleanup: input.cleanup, run: run)
        try await withTemporaryFolder { folder in
            let rows = try await InputSpool.write(flashpoints, to: folder.path)
            let spool = try SpoolReader(folder: folder.path)
            let written = writer.encode(lines: try rows.map { try spool.line(offset: $0.offset, length: $0.length) })
            #expect(try JSONCoding.decode(JobInput.self, from: Data(written)) == input)
            #expect(
                try JSONCoding.decode(JSONValue.self, from: Data(written))
                    == JSONCoding.decode(JSONValue.self, from: JSONCoding.encode(input))
            )
            #expect(written.count == writer.size(count: rows.count, bytes: rows.reduce(0) { $0 + $1.length }))
            #expect(
                String(decoding: written.prefix(68), as: UTF8.self)
                    == #"{"date":"2025-01-01","trigger":"etl_worker","cleanup":true,"flashpoi"#
            )
        }
    }

    @Test("Bare ids travel alone and decode as flashpoints without feeds")
    func ids() throws {
        let writer = try JobInputWriter(
            date: "2025-01-01",
            trigger: "etl_worker",
            cleanup: false,
            run: reference([0, 1], hashes: ["x", "y"])
        )
        let written = try writer.encode(ids: ["a", "b \"c\""])
        let value = try JSONCoding.decode(JSONValue.self, from: Data(written))
        #expect(value["flashpoints"] == ["a", "b \"c\""])
        let input = try JSONCoding.decode(JobInput.self, from: Data(written))
        #expect(input.flashpoints == [Flashpoint(id: "a"), Flashpoint(id: "b \"c\"")])
        #expect(!input.cleanup)
    }

    @Test("Without a run there is no field for it")
    func foreignRun() throws {
        let writer = try JobInputWriter(date: "", trigger: "manual", cleanup: true, run: nil)
        let text = String(decoding: writer.encode(lines: []), as: UTF8.self)
        #expect(text == #"{"date":"","trigger":"manual","cleanup":true,"flashpoints":[]}"#)
        #expect(text.utf8.count == writer.size(count: 0, bytes: 0))
    }

    @Test("A planned chunk never exceeds the limit it was planned with")
    func planned() throws {
        let items = (0..<300).map { PlanItem(weight: 1, bytes: 90 + $0 % 50) }
        let limits = ChunkLimits(bytes: 10_000)
        let hash = String(repeating: "f", count: 32)
        for chunk in Plan(items, workers: 3, limits: limits).chunks {
            let run = reference(chunk.indices.map { $0 + 9_000_000 }, hashes: chunk.indices.map { _ in hash })
            let writer = try JobInputWriter(date: "2025-01-01", trigger: "etl_worker", cleanup: true, run: run)
            let bytes = chunk.indices.reduce(0) { $0 + Int(items[$1].bytes) }
            #expect(writer.size(count: chunk.indices.count, bytes: bytes) <= limits.bytes)
        }
    }

    @Test("A foreign caller may leave out all but the flashpoints")
    func lenient() throws {
        let text = #"{"flashpoints": ["a", 7, {"id": "c", "feeds": []}], "date": null, "other": 1}"#
        let input = try JSONCoding.decode(JobInput.self, from: Data(text.utf8))
        let expected = JobInput(
            date: "",
            trigger: "manual",
            cleanup: true,
            flashpoints: [Flashpoint(id: "a"), Flashpoint(id: "7"), Flashpoint(id: "c")],
            run: nil
        )
        #expect(input == expected)
    }

    @Test(
        "An error names the field",
        arguments: [
            (#"{"date": "d"}"#, "flashpoints: missing; a job needs flashpoints, an array of objects or ids"),
            (#"{"flashpoints": "a"}"#, "flashpoints: must be an array"),
            (#"{"flashpoints": [""]}"#, "flashpoints[0]: must not be empty"),
            (#"{"flashpoints": [true]}"#, "flashpoints[0]: must be an object"),
            (
                #"{"flashpoints": [{"id": "a", "feeds": [{}]}]}"#,
                "flashpoints[0].feeds[0].url: missing; a feed needs a url, the article's address"
            ),
            (#"{"flashpoints": [], "date": 5}"#, "date: must be a string"),
            (#"{"flashpoints": [], "cleanup": "no"}"#, "cleanup: must be true or false"),
            (#"{"flashpoints": [], "run": {"id": "r"}}"#, "run.worker: missing"),
            (#"{"flashpoints": [], "run": {"id": 5}}"#, "run.id: must be a string"),
            (
                #"""
                {"flashpoints": ["a"], "run": {"id": "r", "worker": 1, "workers": 1, "chunk": 1, "attempt": 1,
                 "nonce": "n", "log_level": "INFO", "indices": [], "hashes": ["h"]}}
                """#,
                "run: indices and hashes must be as many as the flashpoints"
            ),
        ]
    )
    func errors(json: String, message: String) throws {
        let error = #expect(throws: DecodingError.self) {
            try JSONCoding.decode(JobInput.self, from: Data(json.utf8))
        }
        #expect(FieldProblem(try #require(error)).description == message)
    }
}
