import Flashpoints
import FoundationEssentials
import Testing

@Suite("Stream records")
struct StreamRecordTests {
    static let records: [StreamRecord] = [
        .start(index: 3, id: "fp-3"),
        .progress(index: 3, stage: "extract", done: 12, of: 37),
        .log(level: "DEBUG", message: "a \"quoted\"\nline"),
        .result(
            FlashpointResult(index: 3, id: "fp-3", hash: "h", outcome: .success(["clusters": [1, nil]]), seconds: 41.2)
        ),
        .result(FlashpointResult(index: 3, id: "fp-3", hash: nil, outcome: .success(.null), seconds: 0)),
        .result(
            FlashpointResult(
                index: 4,
                id: "fp-4",
                hash: "h",
                outcome: .failure(Failure(.timeout, stage: "render", "too slow")),
                seconds: 60
            )
        ),
        .heartbeat(residentMB: 212, cpuSeconds: 31.2),
        .end(
            ChunkEnd(
                ok: false,
                date: "2025-01-01",
                trigger: "etl_worker",
                cleanup: true,
                workers: 1,
                seconds: 125.3,
                processed: 3,
                failed: 1
            )
        ),
    ]

    @Test("A record reads back as it was written", arguments: records)
    func roundTrips(record: StreamRecord) throws {
        #expect(try JSONCoding.decode(StreamRecord.self, from: JSONCoding.encode(record)) == record)
    }

    @Test("No record is empty or has a key named error at its top", arguments: records)
    func survivesTheSDK(record: StreamRecord) throws {
        let value = try JSONCoding.decode(JSONValue.self, from: JSONCoding.encode(record))
        let members = try #require(value.objectValue)
        #expect(members["event"]?.stringValue != nil)
        #expect(members["error"] == nil)
    }

    @Test("The names on the wire are the documented ones")
    func wire() throws {
        let texts = try Self.records.map { String(decoding: try JSONCoding.encode($0), as: UTF8.self) }
        #expect(texts[0] == #"{"event":"start","id":"fp-3","index":3}"#)
        #expect(texts[1] == #"{"done":12,"event":"progress","index":3,"of":37,"stage":"extract"}"#)
        #expect(
            texts[3]
                == #"{"duration_sec":41.2,"event":"result","hash":"h","id":"fp-3","index":3,"ok":true,"result":{"clusters":[1,null]}}"#
        )
        #expect(
            texts[5]
                == #"{"duration_sec":60,"event":"result","failure":{"class":"timeout","message":"too slow","stage":"render"},"hash":"h","id":"fp-4","index":4,"ok":false}"#
        )
        #expect(texts[6] == #"{"cpu_sec":31.2,"event":"heartbeat","rss_mb":212}"#)
        #expect(
            texts[7]
                == #"{"cleanup":true,"date":"2025-01-01","duration_sec":125.3,"event":"end","failed":1,"ok":false,"processed":3,"trigger":"etl_worker","workers":1}"#
        )
    }

    @Test(
        "What is no record of ours is an error",
        arguments: [
            #"{}"#, #"{"event": "party"}"#, #"{"event": "start"}"#, #"{"event": "result", "index": 1, "id": "a"}"#,
        ]
    )
    func foreign(json: String) {
        #expect(throws: DecodingError.self) { try JSONCoding.decode(StreamRecord.self, from: Data(json.utf8)) }
    }

    @Test(
        "A foreign handler's failure is read for what it has",
        arguments: [
            ("{}", Failure(.transient, "no message")),
            (#"{"class": "weird", "message": "m"}"#, Failure(.transient, "m")),
            (#"{"class": "permanent", "stage": 5, "message": "m"}"#, Failure(.permanent, "m")),
        ]
    )
    func lenientFailure(json: String, failure: Failure) throws {
        #expect(try JSONCoding.decode(Failure.self, from: Data(json.utf8)) == failure)
    }
}

@Suite("JSON values")
struct JSONValueTests {
    @Test(
        "A value reads back as it was written",
        arguments: [
            .null, true, false, 0, -1, 9_223_372_036_854_775_807, 1.5, -2.25e-10, "", "a\"\\\n\u{1F30D}/", [], [:],
            [1, "a", [nil, ["k": [true]]]],
        ] as [JSONValue]
    )
    func roundTrips(value: JSONValue) throws {
        #expect(try JSONCoding.decode(JSONValue.self, from: JSONCoding.encode(value)) == value)
    }

    @Test("True is no number and 1 is no boolean")
    func kinds() throws {
        #expect(try JSONCoding.decode([JSONValue].self, from: Data("[true, 1, 0, false]".utf8)) == [true, 1, 0, false])
    }
}
