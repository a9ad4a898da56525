import Flashpoints
import FoundationEssentials
import Synchronization
import TestSupport
import Testing

@Suite("The spool")
struct InputSpoolTests {
    private final class Rows: Sendable {
        private let batches = Mutex<[[FlashpointRow]]>([])

        func add(_ batch: [FlashpointRow]) { batches.withLock { $0.append(batch) } }
        var all: [[FlashpointRow]] { batches.withLock { $0 } }
    }

    private static let batch = """
        [{"id": "a", "feeds": [{"url": "u/1"}, {"url": "u/2"}], "note": "é\\n🌍"},
         {"id": 2, "feeds": [], "weight": 7.5}]
        """

    @Test("Each row finds its flashpoint again")
    func rowsFindFlashpoints() async throws {
        try await withTemporaryFolder { folder in
            let rows = Rows()
            let count = try await InputSpool.write(InputReader(Self.batch), to: folder.path) { rows.add($0) }
            #expect(count == 2)
            let spooled = rows.all.flatMap { $0 }
            #expect(spooled.map(\.id) == ["a", "2"])
            #expect(spooled.map(\.index) == [0, 1])
            #expect(spooled.map(\.line) == [1, 2])
            #expect(spooled.map(\.weight) == [2, 7.5])

            let spool = try SpoolReader(folder: folder.path)
            let items = try await InputReader(Self.batch).all()
            // Backwards, since jobs are not built in the order of the file.
            for (row, item) in zip(spooled, items).reversed() {
                #expect(try spool.flashpoint(offset: row.offset, length: row.length) == item.flashpoint)
                #expect(row.hash == (try ContentHash.of(item.flashpoint)))
                let line = try spool.line(offset: row.offset, length: row.length)
                #expect(ContentHash.of(encoded: line) == row.hash)
            }
            let text = try String(contentsOf: folder.appending(path: InputSpool.fileName), encoding: .utf8)
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count == 3)
            #expect(text.hasSuffix("}\n"))
        }
    }

    @Test("Rows come in batches of a thousand")
    func batches() async throws {
        try await withTemporaryFolder { folder in
            let rows = Rows()
            let lines = (0..<2_001).map { "{\"id\":\($0),\"feeds\":[]}" }.joined(separator: "\n")
            try await InputSpool.write(InputReader(lines), to: folder.path) { rows.add($0) }
            #expect(rows.all.map(\.count) == [1_000, 1_000, 1])
            #expect(rows.all.flatMap { $0 }.map(\.index) == Array(0..<2_001))
        }
    }

    @Test("Flashpoints of a program spool like those of a file")
    func fromMemory() async throws {
        try await withTemporaryFolder { folder in
            let flashpoints = try await InputReader(Self.batch).all().map(\.flashpoint)
            let rows = try await InputSpool.write(flashpoints, to: folder.path)
            #expect(rows.map(\.line) == [nil, nil])
            let spool = try SpoolReader(folder: folder.path)
            #expect(try rows.map { try spool.flashpoint(offset: $0.offset, length: $0.length) } == flashpoints)
        }
    }

    @Test(
        "A program's batch is held to the same rules",
        arguments: [
            ([], "the flashpoints given: the batch is empty; at least one flashpoint is needed"),
            ([Flashpoint(id: "")], "the flashpoints given, index 0, id: must not be empty"),
            (
                [Flashpoint(id: "a"), Flashpoint(id: "b", feeds: [Feed(url: "u"), Feed(url: "")])],
                "the flashpoints given, index 1, feeds[1].url: must not be empty"
            ),
            (
                [Flashpoint(id: "a", weight: .infinity)],
                "the flashpoints given, index 0, weight: must be a number above 0"
            ),
            (
                [Flashpoint(id: "a", weight: .nan)],
                "the flashpoints given, index 0, weight: must be a number above 0"
            ),
            (
                [Flashpoint(id: "a"), Flashpoint(id: "b"), Flashpoint(id: "a")],
                "the flashpoints given, index 2, id: \"a\" is the id of flashpoint 0 too; ids must be unique"
            ),
        ] as [([Flashpoint], String)]
    )
    func rules(flashpoints: [Flashpoint], message: String) async throws {
        try await withTemporaryFolder { folder in
            let error = await #expect(throws: InputError.self) {
                try await InputSpool.write(flashpoints, to: folder.path)
            }
            #expect(error?.description == message)
        }
    }

    @Test("A spool that is there is never written over")
    func existing() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: InputSpool.fileName)
            try Data("precious".utf8).write(to: path)
            let error = #expect(throws: FileError.self) { _ = try InputSpool(folder: folder.path) }
            #expect(error?.description == "can't create \(path.path): file exists")
            #expect(try String(contentsOf: path, encoding: .utf8) == "precious")
        }
    }

    #if os(Linux)
    @Test("A full disk is an error that says so")
    func diskFull() throws {
        var spool = InputSpool(file: try OutputFile(path: "/dev/full", isNew: false))
        _ = try spool.append(Flashpoint(id: "a"))
        do {
            try spool.finish()
            Issue.record("the disk is full and nobody noticed")
        } catch {
            #expect(error == FileError(path: "/dev/full", action: .write, code: 28))
            #expect(
                error.description
                    == "can't write /dev/full: no space is left on the disk; free some and start again"
            )
        }
    }
    #endif

    @Test("A spool that was cut is an error, not a short flashpoint")
    func cut() async throws {
        try await withTemporaryFolder { folder in
            let rows = try await InputSpool.write([Flashpoint(id: "a")], to: folder.path)
            let row = try #require(rows.first)
            let spool = try SpoolReader(folder: folder.path)
            let path = folder.appending(path: InputSpool.fileName).path
            #expect(throws: FileError(path: path, action: .read, code: 0)) {
                try spool.line(offset: row.offset, length: row.length + 2)
            }
        }
    }

    @Test("A failing reader ends the spooling with its error")
    func malformed() async throws {
        try await withTemporaryFolder { folder in
            let error = await #expect(throws: InputError.self) {
                try await InputSpool.write(InputReader("[{\"id\": 1, \"feeds\": []},]"), to: folder.path) { _ in }
            }
            #expect(error?.line == 1)
        }
    }
}
