import Flashpoints
import Testing

@Suite("A malformed batch")
struct MalformedInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        var message: String

        init(_ name: String, _ text: String, _ message: String) {
            self.init(name, bytes: Array(text.utf8), message)
        }

        init(_ name: String, bytes: [UInt8], _ message: String) {
            testDescription = name
            self.bytes = bytes
            self.message = message
        }
    }

    private static let good = #"{"id": 1, "feeds": []}"#
    private static let expected =
        "a JSON array ([ … ]), JSON Lines (one { … } a line) or CSV (columns flashpoint_id and url) is expected"

    static let whole: [Case] = [
        Case("nothing", "", "batch.json: is empty; \(expected)"),
        Case("blanks", " \n\t\r\n", "batch.json: is empty; \(expected)"),
        Case("a mark alone", "\u{FEFF}", "batch.json: is empty; \(expected)"),
        Case(
            "an empty array",
            "\n[\n]",
            "batch.json, line 3: the batch is empty; at least one flashpoint is needed"
        ),
        Case("a string", "\"a\"", "batch.json, line 1: starts with \"\\\"\"; \(expected)"),
        Case("a word", "\nnull\n", "batch.json, line 2: starts with \"n\"; \(expected)"),
        Case("UTF-16", bytes: [0xFF, 0xFE, 0x5B, 0x00], "batch.json, line 1: is not UTF-8 text; \(expected)"),
        Case("half a mark", bytes: [0xEF, 0xBB, 0x5B], "batch.json, line 1: is not UTF-8 text; \(expected)"),
    ]

    static let arrays: [Case] = [
        Case(
            "an element that is a string",
            "[\(good),\n \"a\"]",
            "batch.json, line 2, index 1: a string stands where a flashpoint, an object, is expected"
        ),
        Case(
            "an element that is a number",
            "[-5]",
            "batch.json, line 1, index 0: a number stands where a flashpoint, an object, is expected"
        ),
        Case(
            "an element that is true",
            "[true]",
            "batch.json, line 1, index 0: true or false stands where a flashpoint, an object, is expected"
        ),
        Case(
            "an element that is null",
            "[null]",
            "batch.json, line 1, index 0: null stands where a flashpoint, an object, is expected"
        ),
        Case(
            "an element that is an array",
            "[[\(good)]]",
            "batch.json, line 1, index 0: an array stands where a flashpoint, an object, is expected"
        ),
        Case(
            "a comma too many",
            "[\(good),,\(good)]",
            "batch.json, line 1, index 1: “,” stands where a flashpoint, an object, is expected"
        ),
        Case(
            "a comma first",
            "[,\(good)]",
            "batch.json, line 1, index 0: “,” stands where a flashpoint, an object, is expected"
        ),
        Case(
            "NaN as an element",
            "[NaN]",
            "batch.json, line 1, index 0: “N” stands where a flashpoint, an object, is expected"
        ),
        Case(
            "a comma missing",
            "[\(good)\n\(good)]",
            "batch.json, line 2: “{” follows flashpoint 0 where a comma or the closing ] is expected"
        ),
        Case(
            "a comma before the end",
            "[\(good),\n]",
            "batch.json, line 2: a comma stands before the closing ]; remove it"
        ),
        Case(
            "cut after the opening bracket",
            "[\n",
            "batch.json, line 2: ends before the ] that closes the array; was it cut short?"
        ),
        Case(
            "cut after a flashpoint",
            "[\(good)",
            "batch.json, line 1: ends before the ] that closes the array; was it cut short?"
        ),
        Case(
            "cut after a comma",
            "[\(good),",
            "batch.json, line 1: ends before the ] that closes the array; was it cut short?"
        ),
        Case(
            "cut inside a flashpoint",
            "[\(good),\n{\"id\":\n",
            "batch.json, line 2, index 1: ends inside this flashpoint; was it cut short?"
        ),
        Case(
            "something after the end",
            "[\(good)]\n\n]",
            "batch.json, line 3: “]” follows the closing ] of the array; nothing may stand there"
        ),
        Case(
            "two arrays",
            "[\(good)] [\(good)]",
            "batch.json, line 1: “[” follows the closing ] of the array; nothing may stand there"
        ),
    ]

    static let lines: [Case] = [
        Case(
            "an array in a line",
            "\(good)\n[\(good)]",
            "batch.json, line 2, index 1: the line holds an array; in JSON Lines each line is one flashpoint, an object"
        ),
        Case(
            "a flashpoint over two lines",
            "{\"id\": 1,\n\"feeds\": []}",
            "batch.json, line 1, index 0: the line ends inside the object; "
                + "in JSON Lines each line holds a whole flashpoint"
        ),
        Case(
            "two flashpoints in a line",
            "\(good) \(good)",
            "batch.json, line 1, index 0: “{” follows the object; in JSON Lines each line is one flashpoint"
        ),
        Case(
            "a comma after a line",
            "\(good),\n\(good)",
            "batch.json, line 1, index 0: “,” follows the object; in JSON Lines each line is one flashpoint"
        ),
        Case(
            "a word in a line",
            "\(good)\nrubbish",
            "batch.json, line 2, index 1: “r” stands where a flashpoint, an object, is expected"
        ),
        Case(
            "cut inside the last line",
            "\(good)\n{\"id\": 2, \"feeds\": [",
            "batch.json, line 2, index 1: ends inside this flashpoint; was it cut short?"
        ),
    ]

    static let elements: [Case] = [
        Case(
            "invalid UTF-8",
            bytes: Array("[\n{\"id\": \"".utf8) + [0xC3, 0x28] + Array("\", \"feeds\": []}]".utf8),
            "batch.json, line 2, index 0: the flashpoint holds bytes that are not UTF-8; save the file as UTF-8"
        ),
        Case(
            "a NUL between tokens",
            "[{\"id\": \u{0}1, \"feeds\": []}]",
            "batch.json, line 1, index 0: a NUL byte stands in the flashpoint; the file is damaged or not text"
        ),
        Case(
            "a NUL in a string",
            "[{\"id\": \"\u{0}\", \"feeds\": []}]",
            "batch.json, line 1, index 0: a NUL byte stands in the flashpoint; the file is damaged or not text"
        ),
        Case(
            "a string that does not end",
            "[{\"id\": \"a,\n \"feeds\": []}]",
            "batch.json, line 1, index 0: the line ends inside a string; a closing \" is missing, or write \\n"
        ),
        Case(
            "a tab in a string",
            "[{\"id\": \"a\tb\", \"feeds\": []}]",
            "batch.json, line 1, index 0: the byte 0x09 stands in a string; write it as an escape"
        ),
        Case("a bracket closed by a brace", "[{\"feeds\": [}]", "batch.json, line 1, index 0: } closes a ["),
        Case("a brace closed by a bracket", "[{\"id\": 1]]", "batch.json, line 1, index 0: ] closes a {"),
        Case(
            "NaN as a value",
            "[{\"id\": 1,\n \"weight\": NaN, \"feeds\": []}]",
            "batch.json, line 2, index 0: not valid JSON: “N” stands where a value is expected (column 12)"
        ),
        Case(
            "a word half written",
            "[{\"id\": 1, \"x\": nul, \"feeds\": []}]",
            "batch.json, line 1, index 0: not valid JSON: “,” stands where “null” is expected (column 19)"
        ),
        Case(
            "a key without quotes",
            "[{id: 1}]",
            "batch.json, line 1, index 0: not valid JSON: “i” stands where a key in quotes is expected (column 2)"
        ),
        Case(
            "a colon missing",
            "[{\"id\" 1}]",
            "batch.json, line 1, index 0: not valid JSON: “1” stands where a colon is expected (column 7)"
        ),
        Case(
            "a comma missing between fields",
            "[{\"id\": 1\n\"feeds\": []}]",
            "batch.json, line 2, index 0: not valid JSON: “\"” stands where a comma or } is expected (column 1)"
        ),
        Case(
            "a comma before the brace",
            "[{\"id\": 1, \"feeds\": [],\n}]",
            "batch.json, line 2, index 0: a comma stands before }; remove it"
        ),
        Case(
            "a comma before the bracket",
            "[{\"id\": 1, \"feeds\": [{\"url\": \"u\"},]}]",
            "batch.json, line 1, index 0: a comma stands before ]; remove it"
        ),
        Case(
            "a number with a leading zero",
            "[{\"id\": 01, \"feeds\": []}]",
            "batch.json, line 1, index 0: not valid JSON: “1” stands where a comma or } is expected (column 9)"
        ),
        Case(
            "an escape that is none",
            "[{\"id\": \"\\x\", \"feeds\": []}]",
            "batch.json, line 1, index 0: not valid JSON: “x” stands where no escape has that letter (column 10)"
        ),
        Case(
            "half a character",
            "[{\"id\": \"\\ud800\", \"feeds\": []}]",
            "batch.json, line 1, index 0: not valid JSON: an escape names half a character; "
                + "both halves are needed (column 9)"
        ),
        Case(
            "a number no machine holds",
            "[{\"id\": 1, \"feeds\": [], \"x\": 1e999}]",
            "batch.json, line 1, index 0: not valid JSON: the number 1e999 is too large (column 29)"
        ),
    ]

    static let fields: [Case] = [
        Case(
            "no id",
            "[\(good),\n{\"feeds\": []}]",
            "batch.json, line 2, index 1, id: missing; a flashpoint needs an id, a string or a whole number"
        ),
        Case("an empty id", "[{\"id\": \"\", \"feeds\": []}]", "batch.json, line 1, index 0, id: must not be empty"),
        Case(
            "an id that comes again",
            "[\(good),\n{\"id\": 2, \"feeds\": []},\n{\"id\": \"1\", \"feeds\": []}]",
            "batch.json, line 3, index 2, id: \"1\" is the id of an earlier flashpoint, line 1; ids must be unique"
        ),
        Case(
            "no feeds",
            "{\"id\": 1}",
            "batch.json, line 1, index 0, feeds: missing; "
                + "a flashpoint needs feeds, an array of objects with a url each"
        ),
        Case(
            "feeds that are no array",
            "{\"id\": 1, \"feeds\": {}}",
            "batch.json, line 1, index 0, feeds: must be an array"
        ),
        Case(
            "a feed without a URL",
            "{\"id\": 1, \"feeds\": [{\"url\": \"u\"}, {}]}",
            "batch.json, line 1, index 0, feeds[1].url: missing; a feed needs a url, the article's address"
        ),
        Case(
            "a URL that is a number",
            "{\"id\": 1, \"feeds\": [{\"url\": 1}]}",
            "batch.json, line 1, index 0, feeds[0].url: must be a string"
        ),
        Case(
            "an empty URL",
            "{\"id\": 1, \"feeds\": [{\"url\": \"\"}]}",
            "batch.json, line 1, index 0, feeds[0].url: must not be empty"
        ),
        Case(
            "a weight of nothing",
            "{\"id\": 1, \"weight\": 0, \"feeds\": []}",
            "batch.json, line 1, index 0, weight: must be a number above 0"
        ),
        Case(
            "a job's input",
            "{\"date\": \"2025-01-01\", \"flashpoints\": []}",
            "batch.json, line 1, index 0, id: missing; a flashpoint needs an id, a string or a whole number"
        ),
    ]

    @Test(
        "One clear error names the place and what would be right",
        arguments: whole + arrays + lines + elements + fields
    )
    func message(malformed: Case) async throws {
        let error = await #expect(throws: InputError.self) {
            try await InputReader(pieces: [malformed.bytes]).all()
        }
        #expect(error?.description == malformed.message)
    }

    @Test("Nesting ends at its limit, before it costs anything", arguments: ["[", "{\"k\":"])
    func nesting(bracket: String) async throws {
        let deep = "[{\"id\": 1, \"feeds\": [], \"x\": " + String(repeating: bracket, count: 1_000_000)
        let error = await #expect(throws: InputError.self) { try await InputReader(deep).all() }
        #expect(
            error?.description == "batch.json, line 1, index 0: brackets are nested deeper than 128 levels"
        )
    }

    @Test("Nesting up to the limit is read")
    func nestingAllowed() async throws {
        let deep = String(repeating: "[", count: 127) + String(repeating: "]", count: 127)
        let items = try await InputReader("[{\"id\": 1, \"feeds\": [], \"x\": \(deep)}]").all()
        #expect(items.count == 1)
    }

    @Test("A flashpoint over the size limit is refused while it is read")
    func size() async throws {
        let limits = InputLimits(elementBytes: 100)
        let endless = [Array("[\n{\"id\": 1, \"x\": \"".utf8)] + [[UInt8]](repeating: [0x61], count: 100)
        let error = await #expect(throws: InputError.self) {
            try await InputReader(pieces: endless, limits: limits).all()
        }
        #expect(
            error?.description == "batch.json, line 2, index 0: the flashpoint is longer than 100 bytes; split it"
        )
    }
}
