import Flashpoints
import FoundationEssentials
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("Reading a batch")
struct InputReaderTests {
    private static let array = """
        [
          {"id": "a", "title": "x \\"y\\" \\\\ [{", "feeds": []},

          {"id": "b", "feeds": [{"url": "u", "deep": [[{"k": "]}"}]]}],
           "note": "é 🌍"}, {"id": 3, "feeds": []}
        ]

        """
    private static let lines = """

        {"id": "a", "title": "x \\"y\\" \\\\ [{", "feeds": []}
        \t
        {"id": "b", "feeds": [{"url": "u", "deep": [[{"k": "]}"}]]}], "note": "é 🌍"}\r
        {"id": 3, "feeds": []}
        """
    private static let flashpoints = [
        Flashpoint(id: "a", title: "x \"y\" \\ [{"),
        Flashpoint(
            id: "b",
            feeds: [Feed(url: "u", extra: ["deep": [[["k": "]}"]]]])],
            extra: ["note": "é 🌍"]
        ),
        Flashpoint(id: "3"),
    ]

    private static func items(lines: [Int]) -> [InputItem] {
        zip(flashpoints, lines).enumerated().map { index, pair in
            InputItem(index: index, line: pair.1, flashpoint: pair.0)
        }
    }

    @Test(
        "An array and JSON Lines read alike, with a byte order mark or without",
        arguments: [(array, [2, 4, 5]), (lines, [2, 4, 5])],
        ["", "\u{FEFF}"]
    )
    func reads(batch: (text: String, lines: [Int]), mark: String) async throws {
        #expect(try await InputReader(mark + batch.text).all() == Self.items(lines: batch.lines))
    }

    @Test("Cutting the input at any byte changes nothing", arguments: [array, lines], ["", "\u{FEFF}"])
    func cutAnywhere(text: String, mark: String) async throws {
        let bytes = Array((mark + text).utf8)
        let expected = Self.items(lines: [2, 4, 5])
        for cut in 0...bytes.count {
            let reader = InputReader(pieces: [Array(bytes[..<cut]), Array(bytes[cut...])])
            #expect(try await reader.all() == expected, "cut at byte \(cut)")
        }
        #expect(try await InputReader(pieces: bytes.map { [$0] }).all() == expected, "single bytes")
    }

    @Test("Cutting a broken input at any byte gives the same error")
    func cutErrors() async throws {
        let bytes = Array("[{\"id\": 1, \"feeds\": []},\n {\"id\": 2, \"feeds\": [}]".utf8)
        for cut in 0...bytes.count {
            let reader = InputReader(pieces: [Array(bytes[..<cut]), Array(bytes[cut...])])
            let error = await #expect(throws: InputError.self) { try await reader.all() }
            #expect(error?.description == "batch.json, line 2, index 1: } closes a [", "cut at byte \(cut)")
        }
    }

    @Test("Every truncation of an array is an error")
    func truncations() async throws {
        let bytes = Array(Self.array.utf8)
        let end = try #require(bytes.lastIndex(of: UInt8(ascii: "]")))
        for length in 0...end {
            await #expect(throws: InputError.self, "first \(length) bytes") {
                try await InputReader(pieces: [Array(bytes[..<length])]).all()
            }
        }
    }

    @Test("The items before an error are given first")
    func errorComesInOrder() async throws {
        var reader = InputReader("{\"id\": 1, \"feeds\": []}\nrubbish")
        #expect(try await reader.next()?.flashpoint.id == "1")
        let error = await #expect(throws: InputError.self) { try await reader.next() }
        #expect(
            error?.description
                == "batch.json, line 2, index 1: “r” stands where a flashpoint, an object, is expected"
        )
    }

    @Test("A hundred thousand flashpoints stream through a bounded buffer", .heavy)
    func streams() async throws {
        let flashpoint = #","title":"A hot spot","feeds":[{"url":"https://a.example/1"}]}"#
        let count = 100_000
        let made = Counter()
        var reader = InputReader(source: "batch.jsonl") {
            let start = made.add(100)
            guard start < count else { return nil }
            return (start..<start + 100).flatMap { Array("{\"id\":\($0)\(flashpoint)\n".utf8) }
        }
        var read = 0
        while let item = try await reader.next() {
            if item.index != read || item.line != read + 1 { break }
            read += 1
        }
        #expect(read == count)
        #expect(reader.peakBufferedBytes < 10_000)
    }

    @Test("Waiting for input ends when the task is cancelled", .timeLimit(.minutes(5)))
    func cancellation() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "pipe").path
            #expect(mkfifo(path, 0o600) == 0)
            // Open for writing too: a pipe that nobody writes to, and that never ends.
            let descriptor = open(path, O_RDWR)
            defer { close(descriptor) }
            let file = InputFile(descriptor: descriptor, name: "standard input")
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        _ = try await file.next()
                        return false
                    } catch {
                        return error is CancellationError
                    }
                }
                group.cancelAll()
                #expect(await group.next() == true)
            }
        }
    }

    @Test("A pipe gives what is written to it and then ends", .timeLimit(.minutes(5)))
    func pipe() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "pipe").path
            #expect(mkfifo(path, 0o600) == 0)
            // Opened for both, the pipe waits for no reader.
            let descriptor = open(path, O_RDWR)
            let reader = try InputReader(path: path)
            async let written: Void = writeSlowly(Self.lines, to: descriptor)
            #expect(try await reader.all() == Self.items(lines: [2, 4, 5]))
            await written
        }
    }

    @concurrent
    private func writeSlowly(_ text: String, to descriptor: Int32) async {
        defer { close(descriptor) }
        for byte in text.utf8 {
            #expect(write(descriptor, [byte], 1) == 1)
            await Task.yield()
        }
    }

    @Test("A file reads the same as memory")
    func files() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "batch.json")
            try Data(Self.array.utf8).write(to: file)
            #expect(try await InputReader(path: file.path).all() == Self.items(lines: [2, 4, 5]))
        }
    }

    @Test("A path that can't be read is an error that says why")
    func unreadable() async throws {
        try await withTemporaryFolder { folder in
            let missing = folder.appending(path: "none.json").path
            #expect(throws: InputError(source: missing, problem: "can't be opened: no such file or directory")) {
                try InputReader(path: missing)
            }
            #expect(
                throws: InputError(
                    source: folder.path,
                    problem: "is a directory; name a file, or - for standard input"
                )
            ) {
                try InputReader(path: folder.path)
            }
            let file = folder.appending(path: "file")
            try Data().write(to: file)
            let below = file.appending(path: "batch.json").path
            #expect(throws: InputError(source: below, problem: "can't be opened: not a directory")) {
                try InputReader(path: below)
            }
        }
    }

    @Test("A descriptor that fails while reading is an error that says why", .timeLimit(.minutes(5)))
    func failsWhileReading() async throws {
        let file = InputFile(descriptor: .max, name: "standard input")
        await #expect(
            throws: InputError(source: "standard input", problem: "can't be read: bad file descriptor")
        ) {
            try await InputReader(source: file.name) { try await file.next() }.all()
        }
    }
}
