import FoundationEssentials
import Testing

@testable import LocalEndpoint

@Suite("JSON passed on unread")
struct JSONTextTests {
    @Test(
        "Valid values are taken byte for byte",
        arguments: [
            "null", "true", "false", "0", "-0.5e+10", "1.50", #""""#, #""\u00e9\n\"é""#, "[]", "[1, [2 , {}]]",
            #"{"b":1,"a":{"b":[null]}}"#,
        ]
    )
    func valid(text: String) throws {
        #expect(try JSONText(validating: Array(text.utf8)).bytes == Array(text.utf8))
    }

    @Test(
        "Anything else is refused with its place",
        arguments: [
            ("", 0), (" ", 1), ("nul", 0), ("01", 1), ("-", 1), ("1.", 2), ("1e", 2), ("+1", 0), ("'a'", 0),
            (#""a"#, 2), ("\"a\nb\"", 3), (#""\x""#, 3), (#""\u12g4""#, 5), ("[1,]", 3), ("[1 2]", 3), ("{a:1}", 1),
            (#"{"a" 1}"#, 5), (#"{"a":1,}"#, 7), (#"{"a":1"#, 6), ("1 2", 2), ("NaN", 0), ("[", 1),
        ]
    )
    func invalid(text: String, offset: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONText(validating: Array(text.utf8)) }
        #expect(error?.offset == offset)
    }

    @Test("What is not UTF-8 is refused")
    func notUTF8() {
        #expect(throws: JSONSyntaxError.self) { try JSONText(validating: [0x22, 0xC3, 0x28, 0x22]) }
    }

    @Test("Nesting beyond the bound is refused, at the bound it is taken")
    func depth() throws {
        let depth = JSONScanner.maximumDepth
        let bytes = { (levels: Int) in
            Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8)
        }
        _ = try JSONText(validating: bytes(depth))
        #expect(throws: JSONSyntaxError.self) { try JSONText(validating: bytes(depth + 1)) }
        #expect(throws: JSONSyntaxError.self) { try JSONText(validating: bytes(1_000_000)) }
    }

    @Test("The members of an object are its outermost ones, of equal names the last")
    func members() throws {
        let text = #" { "input" : {"input": 1, "x": [2]} , "a\u0062": "é", "n":1,"n": 2.50 } "#
        let members = try #require(try JSONText.members(of: Array(text.utf8)))
        #expect(Set(members.keys) == ["input", "ab", "n"])
        #expect(members["input"] == (try json(#"{"input": 1, "x": [2]}"#)))
        #expect(members["ab"]?.stringValue == "é")
        #expect(members["n"]?.bytes == Array("2.50".utf8))
        #expect(members["n"]?.intValue == nil)
    }

    @Test("Another value than an object has no members")
    func notAnObject() throws {
        #expect(try JSONText.members(of: Array("[1]".utf8)) == nil)
    }

    @Test(
        "A string is written so that a JSON decoder reads the same",
        arguments: ["", "a\"b\\c", "\u{0}\u{1F}\n\t", "é🙂/"]
    )
    func quoting(text: String) throws {
        let decoded = try JSONDecoder().decode(String.self, from: Data(JSONObjectWriter.quoted(text)))
        #expect(decoded == text)
    }

    @Test("An object is written in the order of its members")
    func writing() throws {
        var inner = JSONObjectWriter()
        inner.add("z", 1)
        var object = JSONObjectWriter()
        object.add("b", "x")
        object.add("a", [Array("1".utf8), Array("[]".utf8)])
        object.add("c", inner)
        object.add("d", try json("1.50"))
        #expect(String(decoding: object.finished(), as: UTF8.self) == #"{"b":"x","a":[1,[]],"c":{"z":1},"d":1.50}"#)
        #expect(JSONObjectWriter().finished() == Array("{}".utf8))
    }
}
