import Flashpoints
import FoundationEssentials
import TestSupport
import Testing

@Suite("A batch in CSV")
struct CSVTests {
    /// Every rule of the grammar: quotes, doubled ones, commas and line ends within them, an empty line, a row of commas.
    private static let rows = [
        "Flashpoint_ID, url ,title,description,entities,domains,feed_id,feed_title,language,image,domain,tone",
        "a,https://a.example/1,\"Storms, floods\",,Rome; Po ;,a.example,7,\"a \"\"big\"\" one\",it,https://i,a.example,-2",
        "a,https://a.example/2,,\"two\nlines\",Po;Turin,b.example;a.example,,,,,,",
        "",
        ",,,,,,,,,,,",
        "\"é 🌍\",u,,,,,,,,,,",
    ]
    private static let flashpoints = [
        Flashpoint(
            id: "a",
            title: "Storms, floods",
            description: "two\nlines",
            entities: ["Rome", "Po", "Turin"],
            domains: ["a.example", "b.example"],
            feeds: [
                Feed(
                    id: "7",
                    url: "https://a.example/1",
                    title: "a \"big\" one",
                    domain: "a.example",
                    language: "it",
                    image: "https://i",
                    extra: ["tone": "-2"]
                ),
                Feed(url: "https://a.example/2"),
            ]
        ),
        Flashpoint(id: "é 🌍", feeds: [Feed(url: "u")]),
    ]
    private static let items = [
        InputItem(index: 0, line: 2, flashpoint: flashpoints[0]),
        InputItem(index: 1, line: 7, flashpoint: flashpoints[1]),
    ]

    private static func table(_ lineEnd: String, mark: String = "", isClosed: Bool = true) -> String {
        mark + rows.joined(separator: lineEnd) + (isClosed ? lineEnd : "")
    }

    @Test(
        "Rows come together to flashpoints, whatever ends the lines, with a byte order mark or without",
        arguments: ["\n", "\r\n"],
        ["", "\u{FEFF}"]
    )
    func reads(lineEnd: String, mark: String) async throws {
        for isClosed in [true, false] {
            let text = Self.table(lineEnd, mark: mark, isClosed: isClosed)
            #expect(try await InputReader(text).all() == Self.items)
        }
    }

    @Test("Columns may stand in any order")
    func order() async throws {
        let text = "title,image,url,flashpoint_id\nT,,u1,1\n,i,u2,1\n"
        let feeds = [Feed(url: "u1"), Feed(url: "u2", image: "i")]
        #expect(try await InputReader(text).all().map(\.flashpoint) == [Flashpoint(id: "1", title: "T", feeds: feeds)])
    }

    @Test("Blank lines before the table count as lines")
    func blankLines() async throws {
        let items = try await InputReader("\n \n\nflashpoint_id,url\n1,u\n").all()
        #expect(items.map(\.line) == [5])
    }

    @Test("Cutting a table at any byte changes nothing", arguments: ["\n", "\r\n"], ["", "\u{FEFF}"])
    func cutAnywhere(lineEnd: String, mark: String) async throws {
        let bytes = Array(Self.table(lineEnd, mark: mark).utf8)
        for cut in 0...bytes.count {
            let reader = InputReader(pieces: [Array(bytes[..<cut]), Array(bytes[cut...])])
            #expect(try await reader.all() == Self.items, "cut at byte \(cut)")
        }
        #expect(try await InputReader(pieces: bytes.map { [$0] }).all() == Self.items, "single bytes")
    }

    @Test("Cutting a broken table at any byte gives the same error")
    func cutErrors() async throws {
        let bytes = Array("flashpoint_id,url\r\na,u\r\nb,\"x\"y\r\n".utf8)
        for cut in 0...bytes.count {
            let reader = InputReader(pieces: [Array(bytes[..<cut]), Array(bytes[cut...])])
            let error = await #expect(throws: InputError.self) { try await reader.all() }
            let expected = """
                batch.json, line 3, column 2: “y” follows the closing quote; a comma or the end of the line is expected
                """
            #expect(error?.description == expected, "cut at byte \(cut)")
        }
    }

    @Test("Every truncation gives whole flashpoints that are right, then an error or the last one cut short")
    func truncations() async throws {
        let bytes = Array(Self.table("\r\n").utf8)
        for length in 0..<bytes.count {
            var reader = InputReader(source: "news.csv", format: .csv, chunks: pieces(Array(bytes[..<length])))
            var items: [InputItem] = []
            do {
                while let item = try await reader.next() { items.append(item) }
                #expect(!items.isEmpty, "first \(length) bytes")
            } catch is InputError {}
            if items.count > 1 { #expect(items[0] == Self.items[0], "first \(length) bytes") }
            #expect(items.count <= 2, "first \(length) bytes")
        }
    }

    @Test("Random bytes are an error or a batch, and never the end of the program", arguments: 0..<200)
    func random(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("a1,;\"\"\r\n\n \u{FEFF}é".utf8) + [0, 0xFF]
        let noise = (0..<Int.random(in: 0..<80, using: &generator)).map { _ in
            alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        }
        let bytes = Array("flashpoint_id,url\n".utf8) + noise
        var outcomes: [String] = []
        for pieces in [[bytes], bytes.map { [$0] }] {
            do {
                outcomes.append("\(try await InputReader(pieces: pieces).all())")
            } catch let error as InputError {
                outcomes.append(error.description)
            }
        }
        #expect(outcomes[0] == outcomes[1])
    }

    @Test("A hundred thousand feeds stream through a bounded buffer", .heavy)
    func streams() async throws {
        let count = 100_000
        let made = Counter()
        var reader = InputReader(source: "news.csv", format: .csv) {
            let start = made.add(100)
            guard start < count else { return nil }
            let header = start == 0 ? "flashpoint_id,url,title\n" : ""
            let rows = (start..<start + 100).map { "fp-\($0 / 2),https://a.example/\($0),T\n" }
            return Array((header + rows.joined()).utf8)
        }
        var read = 0
        while let item = try await reader.next() {
            if item.index != read || item.flashpoint.feeds.count != 2 { break }
            read += 1
        }
        #expect(read == count / 2)
        #expect(reader.peakBufferedBytes < 10_000)
    }

    @Test("A row or a flashpoint over the size limit is refused while it is read")
    func size() async throws {
        let limits = InputLimits(elementBytes: 100)
        let open = "flashpoint_id,url\na,\"" + String(repeating: "x\n", count: 1_000)
        let first = await #expect(throws: InputError.self) { try await InputReader(open, limits: limits).all() }
        #expect(
            first?.description
                == "batch.json, line 2, column 2: the row is longer than 100 bytes; is a closing quote missing?"
        )
        let many = "flashpoint_id,url\n" + String(repeating: "a,https://a.example\n", count: 9)
        let second = await #expect(throws: InputError.self) { try await InputReader(many, limits: limits).all() }
        #expect(second?.description == "batch.json, line 7, index 0: the flashpoint is longer than 100 bytes; split it")
    }

    @Test("A file whose name ends in .csv is a table, and JSON in it is told", arguments: ["csv", "CSV"])
    func files(ending: String) async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "news.\(ending)")
            try Data(Self.table("\n").utf8).write(to: file)
            #expect(try await InputReader(path: file.path).all() == Self.items)
            try Data("[{\"id\": 1}]".utf8).write(to: file)
            let error = await #expect(throws: InputError.self) { try await InputReader(path: file.path).all() }
            #expect(
                error?.description
                    == "\(file.path): begins with “[”, which is JSON and not CSV; name it .json, or .jsonl for JSON Lines"
            )
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var message: String

        init(_ name: String, _ text: String, _ message: String) {
            testDescription = name
            self.text = text
            self.message = message
        }
    }

    private static let header = "flashpoint_id,url\n"

    static let malformed: [Case] = [
        Case(
            "nothing",
            "",
            "is empty; a first row that names the columns, flashpoint_id and url among them, is expected"
        ),
        Case("a header alone", header, "the batch is empty; at least one row after the first is needed"),
        Case(
            "no column of ids",
            "id,url\n1,u",
            ", line 1: the header row has no column flashpoint_id; "
                + "a first row that names the columns, flashpoint_id and url among them, is expected"
        ),
        Case(
            "no column of addresses",
            "flashpoint_id,title\n1,t",
            ", line 1: the header row has no column url; "
                + "a first row that names the columns, flashpoint_id and url among them, is expected"
        ),
        Case(
            "semicolons",
            "flashpoint_id;url\n1;u",
            ", line 1: the columns are parted by “;”; save the table with commas between them"
        ),
        Case(
            "tabs",
            "flashpoint_id\turl\n1\tu",
            ", line 1: the columns are parted by tabs; save the table with commas between them"
        ),
        Case(
            "a column twice",
            "flashpoint_id,url,URL\n",
            ", line 1, column 3: \"URL\" means the same as column 2; name it once"
        ),
        Case(
            "two names for one field",
            "flashpoint_id,url,feed_id,id\n",
            ", line 1, column 4: \"id\" means the same as column 3; name it once"
        ),
        Case(
            "a column without a name",
            "flashpoint_id,url,\n",
            ", line 1, column 3: has no name; the first row names each column"
        ),
        Case(
            "too few cells",
            header + "1,u\n2\n",
            ", line 3, index 1: has 1 cells where the first row has 2; quote cells that hold commas"
        ),
        Case(
            "too many cells",
            header + "1,u,v\n",
            ", line 2, index 0: has 3 cells where the first row has 2; quote cells that hold commas"
        ),
        Case(
            "an empty id",
            header + "1,u\n,v\n",
            ", line 3, index 1, column 1 (flashpoint_id): must not be empty; each row names its flashpoint"
        ),
        Case(
            "an empty address",
            header + "1,\n",
            ", line 2, index 0, column 2 (url): must not be empty; each row is a feed and needs its article's address"
        ),
        Case(
            "an id that comes again",
            header + "1,u\n1,v\n2,u\n1,w\n",
            ", line 5, index 2, column 1 (flashpoint_id): \"1\" has rows from line 2 on and others came between; "
                + "the rows of a flashpoint must stand together"
        ),
        Case(
            "two titles",
            "flashpoint_id,url,title\n1,u,A\n1,v,B\n",
            ", line 3, index 0, column 3 (title): \"B\" is not what the flashpoint's rows before have, \"A\"; "
                + "repeat it or leave the cell empty"
        ),
        Case(
            "a quote within a cell",
            header + "1,u\"x\"\n",
            ", line 2, column 2: a quote stands inside a cell; put the whole cell in quotes and double those within"
        ),
        Case(
            "a quote that is not closed",
            header + "1,u\n2,\"v\n3,w\n",
            ", line 3, column 2: the quote that begins this cell is never closed; close it, "
                + "or double it if it is meant as a letter"
        ),
        Case(
            "a letter after a quote",
            header + "\"1\" ,u\n",
            ", line 2, column 1: the byte 0x20 follows the closing quote; a comma or the end of the line is expected"
        ),
        Case(
            "a carriage return alone",
            header + "1,u\r2,v\r",
            ", line 2, column 3: a carriage return stands alone; end lines with CRLF or LF, or quote the cell"
        ),
        Case(
            "a NUL",
            header + "1,\u{0}\n",
            ", line 2, column 2: a NUL byte stands here; the file is damaged or not text"
        ),
    ]

    @Test("One clear error names the line, the column and what would be right", arguments: malformed)
    func message(malformed: Case) async throws {
        let error = await #expect(throws: InputError.self) {
            let bytes = Array(malformed.text.utf8)
            var reader = InputReader(source: "news.csv", format: .csv, chunks: pieces(bytes))
            while try await reader.next() != nil {}
        }
        let separator = malformed.message.hasPrefix(",") ? "" : ": "
        #expect(error?.description == "news.csv" + separator + malformed.message)
    }

    @Test("Bytes that are not UTF-8 are an error that names their cell")
    func invalidText() async throws {
        let bytes = Array("flashpoint_id,url,title\n1,u,".utf8) + [0xC3, 0x28, 0x0A]
        let error = await #expect(throws: InputError.self) {
            try await InputReader(source: "news.csv", format: .csv, chunks: pieces(bytes)).all()
        }
        #expect(
            error?.description
                == "news.csv, line 2, column 3: the cell holds bytes that are not UTF-8; save the file as UTF-8"
        )
    }

    @Test("Without a name the first line tells a table from JSON and from anything else")
    func sniffing() async throws {
        let table = await #expect(throws: InputError.self) { try await InputReader("a,b\n1,2\n").all() }
        #expect(table?.description.contains("the header row has no column flashpoint_id") == true)
        let word = await #expect(throws: InputError.self) { try await InputReader("flashpoint_id\n1\n").all() }
        #expect(word?.description.contains("the header row has no column url") == true)
        let other = await #expect(throws: InputError.self) { try await InputReader("hello\n").all() }
        #expect(other?.description.contains("starts with \"h\"; a JSON array") == true)
    }

    @Test("A table becomes the same run as the JSON that says the same")
    func sameHashes() async throws {
        let fromTable = try await InputReader(Self.table("\n")).all().map { try ContentHash.of($0.flashpoint) }
        #expect(fromTable == (try Self.flashpoints.map { try ContentHash.of($0) }))
    }

    private func pieces(_ bytes: [UInt8]) -> InputReader.Chunks {
        let pieces = Pieces([bytes])
        return { pieces.next() }
    }
}
