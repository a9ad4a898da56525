import Flashpoints
import FoundationEssentials
import RunPodAPI
import Testing

@Suite("Replies of an endpoint")
struct JobReplyTests {
    private func decode<Value: Decodable>(_ type: Value.Type = Value.self, _ text: String) throws -> Value {
        try JSONCoding.decode(type, from: Data(text.utf8))
    }

    @Test(
        "A job is read with whatever fields it has",
        arguments: [
            (#"{"id":"a","status":"IN_QUEUE"}"#, JobReply(id: "a", status: .inQueue)),
            (
                #"{"id":"a","status":"RUNNING","delayTime":2310,"workerId":"w","output":{"done":12},"new":[1]}"#,
                JobReply(id: "a", status: .inProgress, delayTime: 2310, workerId: "w", output: ["done": 12])
            ),
            (
                #"{"id":"a","status":"COMPLETED","delayTime":1.0,"executionTime":18422.6,"output":null}"#,
                JobReply(id: "a", status: .completed, delayTime: 1, executionTime: 18423, output: .null)
            ),
            (#"{"id":"a","status":"COMPLETED"}"#, JobReply(id: "a", status: .completed, output: nil)),
            (
                #"{"id":"a","status":"FAILED","error":"bad","retries":1,"output":{"code":"E"}}"#,
                JobReply(id: "a", status: .failed, output: ["code": "E"], error: "bad", retries: 1)
            ),
            (
                #"{"id":"a","status":"FAILED","error":{"why":"x"},"delayTime":"soon","workerId":7}"#,
                JobReply(id: "a", status: .failed, error: #"{"why":"x"}"#)
            ),
            (#"{"id":"a","status":"FAILED","error":null}"#, JobReply(id: "a", status: .failed)),
            (#"{"id":"a","status":"PAUSED"}"#, JobReply(id: "a", status: .unknown("PAUSED"))),
        ]
    )
    func job(text: String, expected: JobReply) throws {
        #expect(try decode(JobReply.self, text) == expected)
    }

    @Test("A job without id or status is none", arguments: [#"{"id":"a"}"#, #"{"status":"FAILED"}"#, "[]", "null"])
    func noJob(text: String) {
        #expect(throws: DecodingError.self) { try decode(JobReply.self, text) }
    }

    @Test("A job is written as it was read")
    func roundTrip() throws {
        let job = JobReply(
            id: "a",
            status: .failed,
            delayTime: 1,
            executionTime: 2,
            workerId: "w",
            error: "e",
            retries: 1
        )
        #expect(try JSONCoding.decode(JobReply.self, from: JSONCoding.encode(job)) == job)
        let text = String(decoding: try JSONCoding.encode(JobReply(id: "a", status: .inQueue)), as: UTF8.self)
        #expect(text == #"{"id":"a","status":"IN_QUEUE"}"#)
    }

    @Test(
        "A Python exception is told by its message, anything else as it is",
        arguments: [
            (#"{"error_type":"<class 'ValueError'>","error_message":"no header","error_traceback":"…"}"#, "no header"),
            (#"{"error_message":7}"#, #"{"error_message":7}"#),
            ("{broken", "{broken"),
            ("job timed out after 1 retries", "job timed out after 1 retries"),
        ]
    )
    func pythonException(error: String, readable: String) {
        #expect(JobReply(id: "a", status: .failed, error: error).readableError == readable)
    }

    @Test("An unknown word means that the job goes on")
    func unknownStatus() {
        #expect(!JobStatus(rawValue: "PAUSED").isTerminal)
        #expect(JobStatus(rawValue: "PAUSED").rawValue == "PAUSED")
    }

    @Test("A stream is read with or without pieces")
    func stream() throws {
        let reply = try decode(
            StreamReply.self,
            #"{"id":"a","status":"IN_PROGRESS","stream":[{"output":{"i":0}},{"output":null,"metrics":{}},{"text":"x"}]}"#
        )
        #expect(reply == StreamReply(id: "a", status: .inProgress, outputs: [["i": 0], .null, ["text": "x"]]))
        #expect(
            try decode(StreamReply.self, #"{"status":"COMPLETED"}"#) == StreamReply(status: .completed, outputs: [])
        )
        #expect(try JSONCoding.decode(StreamReply.self, from: JSONCoding.encode(reply)) == reply)
    }

    @Test("Health has zeros where counters are missing")
    func health() throws {
        let health = try decode(EndpointHealth.self, #"{"jobs":{"inQueue":3},"workers":{"running":2.0,"other":1}}"#)
        var expected = EndpointHealth()
        expected.jobs.inQueue = 3
        expected.workers.running = 2
        #expect(health == expected)
        #expect(throws: DecodingError.self) { try decode(EndpointHealth.self, #"{"ok":true}"#) }
        #expect(try JSONCoding.decode(EndpointHealth.self, from: JSONCoding.encode(health)) == health)
    }
}
