import Testing

@testable import Settings

@Suite("The .env grammar")
struct DotEnvTests {
    @Test(
        "A line gives a name and a value",
        arguments: [
            ("KEY=value", "value"),
            ("KEY=", ""),
            ("KEY", nil),
            ("  KEY = value  ", "value"),
            ("\tKEY\t=\tvalue\t", "value"),
            ("export KEY=value", "value"),
            ("  export\tKEY = value", "value"),
            ("KEY=a b  c", "a b  c"),
            ("KEY=7200          # 2 hours", "7200"),
            ("KEY=7200\t# 2 hours", "7200"),
            ("KEY= # nothing", ""),
            ("KEY=# nothing", "# nothing"),
            ("KEY=a#b", "a#b"),
            ("KEY=a#b # c", "a#b"),
            ("KEY=a=b==", "a=b=="),
            ("KEY=it's", "it's"),
            ("KEY=$HOME/x", "$HOME/x"),
            ("KEY=a\\nb", "a\\nb"),
            ("KEY=\"a b\"", "a b"),
            ("KEY=\"\"", ""),
            ("KEY=\" a # b \"  # c", " a # b "),
            ("KEY=\"a\\n\\t\\\"\\\\\\$b\"", "a\n\t\"\\$b"),
            ("KEY=\"it's\"", "it's"),
            ("KEY='a b'", "a b"),
            ("KEY='a\\n\"$b' # c", "a\\n\"$b"),
            ("KEY=''", ""),
            ("KEY=größe – 大", "größe – 大"),
            ("KEY=value\r", "value"),
            ("KEY=\"value\"\r", "value"),
        ] as [(String, String?)]
    )
    func line(text: String, value: String?) {
        let file = DotEnv(parsing: Array(text.utf8))
        #expect(file.entries == (value.map { [DotEnv.Entry(name: "KEY", value: $0, line: 1)] } ?? []))
        #expect(file.problems.isEmpty == (value != nil))
    }

    @Test("`export` is a name like any other when an equals sign follows", arguments: ["export=1", "export =1"])
    func exportAsName(text: String) {
        #expect(DotEnv(parsing: Array(text.utf8)).entries == [DotEnv.Entry(name: "export", value: "1", line: 1)])
    }

    @Test(
        "Blank lines, comments, a byte order mark and CRLF change nothing but the line numbers",
        arguments: [
            "A=1\n\n# c\n   # d\n \t\nB=2", "\u{FEFF}A=1\n\n# c = 'd\n   # d\n \t\nB=2\n",
            "A=1\r\n\r\n# c\r\n   # d\r\n \t\r\nB=2\r\n",
        ]
    )
    func layout(text: String) {
        let file = DotEnv(parsing: Array(text.utf8))
        #expect(
            file.entries == [
                DotEnv.Entry(name: "A", value: "1", line: 1), DotEnv.Entry(name: "B", value: "2", line: 6),
            ]
        )
        #expect(file.problems.isEmpty)
    }

    @Test(
        "A malformed line is a problem with its number and a remedy, and the lines around it count",
        arguments: [
            ("sk_hidden", "has no \"=\"; write NAME=VALUE"),
            ("export sk_hidden", "has no \"=\"; write NAME=VALUE"),
            ("KEY: sk_hidden", "has no \"=\"; write NAME=VALUE"),
            ("=sk_hidden", "a name is letters"),
            ("1KEY=sk_hidden", "a name is letters"),
            ("MY-KEY=sk_hidden", "a name is letters"),
            ("MY KEY=sk_hidden", "a name is letters"),
            ("export MY KEY=sk_hidden", "a name is letters"),
            ("KÄY=sk_hidden", "a name is letters"),
            ("\"KEY\"=sk_hidden", "a name is letters"),
            ("KEY=\"sk_hidden", "the quote does not end"),
            ("KEY=\"sk_hidden\\\"", "the quote does not end"),
            ("KEY=\"sk_hidden\\", "the quote does not end"),
            ("KEY='sk_hidden", "the quote does not end"),
            ("KEY='it\\'s sk_hidden'", "text after the closing quote"),
            ("KEY=\"a\" sk_hidden", "text after the closing quote"),
            ("KEY=\"a\"# sk_hidden", "text after the closing quote"),
            ("KEY='a'sk_hidden", "text after the closing quote"),
            ("KEY=\"C:\\sk_hidden\"", "an unknown escape"),
            ("KEY=sk_hidden\u{0}", "holds the control character U+0000"),
            ("KEY=sk_\rhidden", "holds the control character U+000D"),
            ("KEY=sk_hidden\u{1B}[0m", "holds the control character U+001B"),
        ]
    )
    func malformedLine(text: String, message: String) throws {
        let file = DotEnv(parsing: Array("A=1\n\(text)\nB=2".utf8))
        let problem = try #require(file.problems.first)
        #expect(file.problems.count == 1)
        #expect(problem.line == 2)
        #expect(problem.message.hasPrefix(message))
        #expect(problem.message.contains("hidden") == false)
        #expect(file.entries.map(\.name) == ["A", "B"])
    }

    @Test("A line that isn't UTF-8 is a problem of that line")
    func invalidUTF8() {
        let file = DotEnv(parsing: Array("A=1\nKEY=".utf8) + [0xE4, 0x0A] + Array("B=2".utf8))
        #expect(file.problems == [DotEnv.Problem(line: 2, message: "not UTF-8; save the file as UTF-8")])
        #expect(file.entries.map(\.name) == ["A", "B"])
    }

    @Test("A UTF-16 file is told from one with bad lines", arguments: [[0xFF, 0xFE, 0x41, 0], [0xFE, 0xFF, 0, 0x41]])
    func utf16(bytes: [UInt8]) {
        #expect(DotEnv(parsing: bytes).problems.map(\.message) == ["the file is UTF-16; save it as UTF-8"])
    }

    @Test("A file of 256 KiB is read, a larger one is a problem of the file")
    func size() {
        let padding = [UInt8](repeating: 0x0A, count: DotEnv.maximumSize - 3)
        #expect(DotEnv(parsing: Array("A=1".utf8) + padding).entries.map(\.name) == ["A"])
        let file = DotEnv(parsing: Array("AB=1".utf8) + padding)
        #expect(file.entries.isEmpty)
        #expect(file.problems.map(\.line) == [nil])
        #expect(file.problems.first?.message.contains("256 KiB") == true)
    }

    @Test("Of two lines with one name the later counts, and both are known")
    func duplicates() throws {
        let file = DotEnv(parsing: Array("A=1\nB=2\nA=3\nA=4".utf8))
        #expect(
            file.entries == [
                DotEnv.Entry(name: "A", value: "1", line: 1), DotEnv.Entry(name: "B", value: "2", line: 2),
                DotEnv.Entry(name: "A", value: "3", line: 3), DotEnv.Entry(name: "A", value: "4", line: 4),
            ]
        )
        #expect(file.duplicates.map(\.line) == [1, 3])
        #expect(file.duplicates.map(\.lastLine) == [3, 4])
    }
}
