import Coordination
import Flashpoints
import FoundationEssentials
import RunJournal
import RunPodServerless
import Settings
import TestSupport
import Testing

@testable import etl_dash

@Suite("Results of a run", .timeLimit(.minutes(5)))
struct ResultsTests {
    private static let began: Int64 = 1_735_732_800_000

    /// A run of six flashpoints over two workers: one ok, three failed, one cancelled, one open.
    private func run(in home: URL, ids: [String] = (0..<6).map { "fp-\($0)" }) async throws -> RunFolder {
        var settings = Settings.defaults
        settings.home = home
        settings.runpodWorkers = 2
        let flashpoints = ids.map { Flashpoint(id: $0, feeds: [Feed(url: "https://example.org")]) }
        let folder = try await NewRun.create(from: .flashpoints(flashpoints), settings: settings)
        let journal = try await SQLiteJournal.open(folder, for: .writing)
        let first = AttemptRef(worker: 1, chunk: 1, attempt: 1)
        let second = AttemptRef(worker: 2, chunk: 2, attempt: 1)
        func settled(_ ref: AttemptRef, _ index: Int, _ outcome: Settlement.Outcome, attempts: Int = 1) -> Event.Body {
            .flashpointSettled(
                Settlement(
                    attempt: ref,
                    worker: ref.worker,
                    index: index,
                    id: ids[index],
                    outcome: outcome,
                    seconds: 1.5,
                    attempts: attempts
                )
            )
        }
        let bodies: [Event.Body] = [
            .attemptIntended(first, nonce: "n", indices: [0, 1, 2], endpoint: "e"),
            .attemptAccepted(first, job: "job-1"),
            .attemptStarted(first, instance: "i-1", delayMS: nil),
            settled(first, 0, .ok(result: ["text": "a,\"b\""])),
            .attemptEnded(first, AttemptEnd(.lost, status: "LOST", message: "worker died")),
            .attemptIntended(first.next, nonce: "n", indices: [1, 2], endpoint: "e"),
            .attemptStarted(first.next, instance: "i-2", delayMS: nil),
            .flashpointStarted(first.next, index: 1, id: ids[1]),
            settled(first.next, 1, .failed(Failure(.poison, "took down 2 workers")), attempts: 2),
            .flashpointStarted(first.next, index: 2, id: ids[2]),
            settled(first.next, 2, .failed(Failure(.timeout, stage: "render", "page 17 took 60 s")), attempts: 2),
            .attemptIntended(second, nonce: "n", indices: [3, 4, 5], endpoint: "e"),
            .attemptStarted(second, instance: "i-3", delayMS: nil),
            settled(second, 3, .failed(Failure(.timeout, stage: "render", "page 3 took 61 s"))),
            settled(second, 4, .cancelled),
        ]
        try await journal.commit(
            bodies.enumerated().map { place, body in
                Event(seq: place + 1, at: Self.began + Int64(place) * 1_000, t: Double(place), body: body)
            }
        )
        try journal.close()
        let log = try RunLog(path: folder.logPath)
        log.append(
            [
                (2_500, 1, "Worker 1 loads fp-1"), (7_500, 1, "Worker 1: page 17 is slow"),
                (8_000, 1, "Worker 1 failed flashpoint fp-1: poison: took down 2 workers (2 attempts)"),
                (9_500, 1, "Worker 1 opens page 3"), (9_600, 1, "Worker 1 has left fp-1 behind"),
                (10_600, 1, "Worker 1 is elsewhere"), (12_500, 2, "Worker 2 opens page 3"),
                (12_600, 2, "Worker 2 starts flashpoint fp-5"), (14_500, 2, "Worker 2 is elsewhere"),
            ].map { RunLog.Line(at: Self.began + $0.0, level: .info, worker: $0.1, message: $0.2) }
        )
        return folder
    }

    private func text(_ folder: RunFolder, _ format: ResultsFormat, isFailedOnly: Bool = false) async throws -> String {
        let writer = ResultsWriter(snapshot: try await ResultsSnapshot.take(folder), isFailedOnly: isFailedOnly)
        var bytes: [UInt8] = []
        try await writer.write(format) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("As JSON they are the answer as it stands")
    func json() async throws {
        try await withTemporaryFolder { home in
            let folder = try await run(in: home)
            let answer = try JSONCoding.decode(JSONValue.self, from: Data(try await text(folder, .json).utf8))
            #expect(answer["run"]?.stringValue == folder.run)
            #expect(answer["succeeded"] == 1 && answer["failed"] == 3 && answer["cancelled"] == 1)
            #expect(answer["results"] == [["text": "a,\"b\""], nil, nil, nil, nil, nil])
            #expect(answer["failures"]?.arrayValue?.compactMap { $0["id"]?.stringValue } == ["fp-1", "fp-2", "fp-3"])
        }
    }

    @Test("As JSON Lines each flashpoint has a line, in input order")
    func jsonLines() async throws {
        try await withTemporaryFolder { home in
            let lines = try await text(try await run(in: home), .jsonl)
            #expect(
                lines == """
                    {"index":0,"id":"fp-0","outcome":"ok","worker":1,"attempts":1,"seconds":1.5,"result":{"text":"a,\\"b\\""}}
                    {"index":1,"id":"fp-1","outcome":"failed","worker":1,"attempts":2,"seconds":1.5,\
                    "failure":{"class":"poison","message":"took down 2 workers"}}
                    {"index":2,"id":"fp-2","outcome":"failed","worker":1,"attempts":2,"seconds":1.5,\
                    "failure":{"class":"timeout","message":"page 17 took 60 s","stage":"render"}}
                    {"index":3,"id":"fp-3","outcome":"failed","worker":2,"attempts":1,"seconds":1.5,\
                    "failure":{"class":"timeout","message":"page 3 took 61 s","stage":"render"}}
                    {"index":4,"id":"fp-4","outcome":"cancelled","worker":2,"attempts":1,"seconds":1.5}
                    {"index":5,"id":"fp-5","outcome":"pending","worker":2,"attempts":0,"seconds":null}

                    """
            )
        }
    }

    @Test("As CSV they are a table that any reader of RFC 4180 takes")
    func csv() async throws {
        try await withTemporaryFolder { home in
            let ids = ["a", "b,c", "d\"e", "f\ng", "h", "i"]
            let table = try await text(try await run(in: home, ids: ids), .csv)
            let rows = [
                "index,id,outcome,class,stage,message,attempts,seconds,result",
                #"0,a,ok,,,,1,1.5,"{""text"":""a,\""b\""""}""#,
                #"1,"b,c",failed,poison,,took down 2 workers,2,1.5,"#,
                #"2,"d""e",failed,timeout,render,page 17 took 60 s,2,1.5,"#,
                "3,\"f\ng\",failed,timeout,render,page 3 took 61 s,1,1.5,",
                "4,h,cancelled,,,,1,1.5,",
                "5,i,pending,,,,0,,",
            ]
            #expect(table == rows.map { $0 + "\r\n" }.joined())
        }
    }

    @Test("Only what failed or was cancelled, in each format")
    func failedOnly() async throws {
        try await withTemporaryFolder { home in
            let folder = try await run(in: home)
            let lines = try await text(folder, .jsonl, isFailedOnly: true).split(separator: "\n")
            #expect(lines.map { $0.prefix(10) } == (1...4).map { "{\"index\":\($0)"[...] })
            let list = try JSONCoding.decode(
                JSONValue.self,
                from: Data(try await text(folder, .json, isFailedOnly: true).utf8)
            )
            #expect(list.arrayValue?.count == 4)
            #expect(try await text(folder, .csv, isFailedOnly: true).split(separator: "\r\n").count == 5)
        }
    }

    @Test("Of a run in which nothing failed the failures are an empty list")
    func nothingFailed() async throws {
        try await withTemporaryFolder { home in
            var settings = Settings.defaults
            settings.home = home
            let source = NewRun.Source.flashpoints([Flashpoint(id: "a", feeds: [Feed(url: "u")])])
            let folder = try await NewRun.create(from: source, settings: settings)
            #expect(try await text(folder, .json, isFailedOnly: true) == "[]\n")
            var report = ""
            let snapshot = try await ResultsSnapshot.take(folder)
            try await FailureReport(snapshot).write { report += String(decoding: $0, as: UTF8.self) }
            #expect(report == "Run \(folder.run): 0 of 1 flashpoint ok, 1 left\n")
        }
    }

    @Test("What failed is told by cause, each with its attempts, its machine, its log and what runs it again")
    func report() async throws {
        try await withTemporaryFolder { home in
            let folder = try await run(in: home)
            var report = ""
            let snapshot = try await ResultsSnapshot.take(folder)
            try await FailureReport(snapshot).write { report += String(decoding: $0, as: UTF8.self) }
            let run = folder.run
            #expect(
                report == """
                    Run \(run): 1 of 6 flashpoints ok, 3 failed, 1 cancelled, 1 left

                    2 failed: timeout in render: page … took … s
                      fp-2  #2, worker 1, 2 attempts, last on i-2
                        page 17 took 60 s
                        chunk 1, attempt 1 on i-1, job job-1: LOST, worker died
                        chunk 1, attempt 2 on i-2
                        12:00:09.500Z INFO Worker 1 opens page 3
                        again: etl-dash retry \(run) --flashpoint fp-2
                      fp-3  #3, worker 2, 1 attempt, last on i-3
                        page 3 took 61 s
                        12:00:12.500Z INFO Worker 2 opens page 3
                        again: etl-dash retry \(run) --flashpoint fp-3
                      these again: etl-dash retry \(run) --flashpoint fp-2 --flashpoint fp-3

                    1 failed: poison: took down … workers
                      fp-1  #1, worker 1, 2 attempts, last on i-2
                        took down 2 workers
                        chunk 1, attempt 1 on i-1, job job-1: LOST, worker died
                        chunk 1, attempt 2 on i-2
                        12:00:07.500Z INFO Worker 1: page 17 is slow
                        again: etl-dash retry \(run) --flashpoint fp-1

                    1 cancelled
                      fp-4  #4, worker 2, 1 attempt, last on i-3
                        12:00:12.500Z INFO Worker 2 opens page 3
                        again: etl-dash retry \(run) --flashpoint fp-4

                    All of them again: etl-dash retry \(run)

                    """
            )
        }
    }

    @Test(
        "A line is about another flashpoint when it names that one and not this one",
        arguments: [
            ("Worker 1 completed flashpoint fp-1", "fp-1", false),
            ("Worker 1 completed flashpoint fp-10", "fp-1", true),
            ("Worker 1 failed flashpoint fp-10: gone", "fp-10", false), ("Worker 1: page 7 of fp-1", "fp-10", true),
            ("Worker 1: page 7", "fp-1", false), ("Worker 1 starts flashpoint 7", "fp-1", true),
            ("Worker 1 starts flashpoint a b", "a b", false), ("Worker 1: fp-1 like fp-10", "fp-1", false),
        ]
    )
    func names(message: String, id: String, isAboutAnother: Bool) {
        let names = FlashpointNames(in: message)
        let ids = names.words.intersection(["fp-1", "fp-10", "7"])
        #expect(names.isAboutAnother(than: id, ids: ids) == isAboutAnother)
    }

    @Test("Causes beyond a number fall together, and of each some flashpoints are told")
    func bounds() {
        var causes = FailureCauses(itemLimit: 3)
        for index in 0..<500 {
            let cause = String(repeating: "x", count: index % 100 + 1)
            let kind = FlashpointOutcome.Kind.failed(Failure(.permanent, cause))
            causes.take(FlashpointOutcome(index: index, id: "fp-\(index)", worker: 1, kind: kind))
        }
        #expect(causes.groups.count == FailureCauses.groupLimit + 1)
        #expect(causes.groups.reduce(0) { $0 + $1.count } == 500)
        #expect(causes.groups.allSatisfy { $0.items.count <= 3 })
    }

    @Test(
        "Ids are words of a shell in the command that runs them again",
        arguments: [
            ("fp-1", "fp-1"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("$(x)", "'$(x)'"), ("-x", "'-x'"), ("", "''"),
            ("é/2025:1", "é/2025:1"),
        ]
    )
    func quoting(_ id: String, _ word: String) {
        #expect(RetryCommandLine.quoted(id) == word)
    }
}

@Suite("Where results are written")
struct OutputTargetTests {
    private struct Broken: Error {}

    @Test("The file is there whole or as it was, and nothing is left beside it")
    func atomic() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "out.json")
            try Data("before".utf8).write(to: file)
            let target = try OutputTarget(file.path)
            await #expect(throws: Broken.self) {
                try await target.write(mark: "m") { append in
                    try await append(Array("half".utf8))
                    throw Broken()
                }
            }
            #expect(try String(contentsOf: file, encoding: .utf8) == "before")
            try await target.write(mark: "m") { try await $0(Array("after".utf8)) }
            #expect(try String(contentsOf: file, encoding: .utf8) == "after")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.json"])
        }
    }

    @Test("A full disk is told, and a device is written in place")
    func fullDisk() async throws {
        let target = try OutputTarget("/dev/full")
        let error = await #expect(throws: FileError.self) {
            try await target.write(mark: "m") { try await $0(Array("x".utf8)) }
        }
        #expect(error?.description == "can't write /dev/full: no space is left on the disk; free some and start again")
        #expect(CommandFailure(FileError(path: "x", action: .write, code: 28)).status == .usage)
    }
}
