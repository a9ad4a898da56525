import Flashpoints
import FoundationEssentials
import Testing

@Suite("A flashpoint's JSON")
struct FlashpointCodingTests {
    private let full = """
        {"id": "fp-1", "title": "Flood", "description": "Water", "entities": ["Po", null, "Turin"],
         "domains": ["a.example"], "weight": 2.5, "severity": {"level": 3, "tags": [true, null, "x"]},
         "feeds": [{"id": 7, "url": "https://a.example/1", "title": "T", "domain": "a.example", "language": "it",
                    "image": "i.png", "seendate": "20250101T000000Z", "sourcecountry": "Italy",
                    "description": "D", "tone": -1.5}]}
        """

    @Test("Known fields become properties and all else is kept")
    func decodes() throws {
        let flashpoint = try JSONCoding.decode(Flashpoint.self, from: Data(full.utf8))
        let feed = Feed(
            id: "7",
            url: "https://a.example/1",
            title: "T",
            domain: "a.example",
            language: "it",
            image: "i.png",
            seendate: "20250101T000000Z",
            sourcecountry: "Italy",
            description: "D",
            extra: ["tone": -1.5]
        )
        let expected = Flashpoint(
            id: "fp-1",
            title: "Flood",
            description: "Water",
            entities: ["Po", "Turin"],
            domains: ["a.example"],
            weight: 2.5,
            feeds: [feed],
            extra: ["severity": ["level": 3, "tags": [true, nil, "x"]]]
        )
        #expect(flashpoint == expected)
    }

    @Test("What is written reads back the same, with the unknown fields in their places")
    func roundTrips() throws {
        let flashpoint = try JSONCoding.decode(Flashpoint.self, from: Data(full.utf8))
        let encoded = try JSONCoding.encode(flashpoint)
        #expect(try JSONCoding.decode(Flashpoint.self, from: encoded) == flashpoint)
        let value = try JSONCoding.decode(JSONValue.self, from: encoded)
        #expect(value["severity"]?["level"] == 3)
        #expect(value["feeds"]?.arrayValue?.first?["tone"] == -1.5)
        #expect(value["feeds"]?.arrayValue?.first?["id"] == "7")
    }

    @Test("An extra field with a known name does not shadow the property")
    func extraNeverShadows() throws {
        let flashpoint = Flashpoint(id: "a", extra: ["id": "b", "note": "kept"])
        let value = try JSONCoding.decode(JSONValue.self, from: JSONCoding.encode(flashpoint))
        #expect(value == ["id": "a", "feeds": [], "note": "kept"])
    }

    @Test(
        "An id may be a whole number, taken as text",
        arguments: [
            (#""fp""#, "fp"), ("7", "7"), ("-3", "-3"), ("9223372036854775807", "9223372036854775807"),
            ("18446744073709551615", "18446744073709551615"),
        ]
    )
    func ids(json: String, id: String) throws {
        let text = #"{"id": \#(json), "feeds": [{"id": \#(json), "url": "u"}]}"#
        let flashpoint = try JSONCoding.decode(Flashpoint.self, from: Data(text.utf8))
        #expect(flashpoint.id == id)
        #expect(flashpoint.feeds.map(\.id) == [id])
    }

    @Test("Null counts as a missing field")
    func nulls() throws {
        let text = """
            {"id": "a", "title": null, "description": null, "entities": null, "domains": null, "weight": null,
             "feeds": [{"url": "u", "id": null, "title": null}]}
            """
        let flashpoint = try JSONCoding.decode(Flashpoint.self, from: Data(text.utf8))
        #expect(flashpoint == Flashpoint(id: "a", feeds: [Feed(url: "u")]))
    }

    @Test("Of two equal keys the first counts")
    func duplicateKeys() throws {
        let text = #"{"id": "first", "feeds": [], "id": "second"}"#
        #expect(try JSONCoding.decode(Flashpoint.self, from: Data(text.utf8)).id == "first")
    }

    @Test(
        "An error names the field and what would be right",
        arguments: [
            (#"{"feeds": []}"#, "id: missing; a flashpoint needs an id, a string or a whole number"),
            (
                #"{"id": null, "feeds": []}"#,
                "id: missing; a flashpoint needs an id, a string or a whole number"
            ),
            (#"{"id": "", "feeds": []}"#, "id: must not be empty"),
            (#"{"id": true, "feeds": []}"#, "id: must be a string or a whole number"),
            (#"{"id": 1.5, "feeds": []}"#, "id: must be a string or a whole number"),
            (#"{"id": ["a"], "feeds": []}"#, "id: must be a string or a whole number"),
            (#"{"id": "a"}"#, "feeds: missing; a flashpoint needs feeds, an array of objects with a url each"),
            (
                #"{"id": "a", "feeds": null}"#,
                "feeds: missing; a flashpoint needs feeds, an array of objects with a url each"
            ),
            (#"{"id": "a", "feeds": {}}"#, "feeds: must be an array"),
            (#"{"id": "a", "feeds": "u"}"#, "feeds: must be an array"),
            (#"{"id": "a", "feeds": ["u"]}"#, "feeds[0]: must be an object"),
            (#"{"id": "a", "feeds": [null]}"#, "feeds[0]: must be an object, not null"),
            (
                #"{"id": "a", "feeds": [{"url": "u"}, {"title": "t"}]}"#,
                "feeds[1].url: missing; a feed needs a url, the article's address"
            ),
            (#"{"id": "a", "feeds": [{"url": 5}]}"#, "feeds[0].url: must be a string"),
            (#"{"id": "a", "feeds": [{"url": ""}]}"#, "feeds[0].url: must not be empty"),
            (
                #"{"id": "a", "feeds": [{"url": "u", "id": {}}]}"#,
                "feeds[0].id: must be a string or a whole number"
            ),
            (#"{"id": "a", "feeds": [{"url": "u", "language": []}]}"#, "feeds[0].language: must be a string"),
            (#"{"id": "a", "feeds": [], "title": 5}"#, "title: must be a string"),
            (#"{"id": "a", "feeds": [], "entities": "Po"}"#, "entities: must be an array"),
            (#"{"id": "a", "feeds": [], "entities": ["Po", 5]}"#, "entities[1]: must be a string"),
            (#"{"id": "a", "feeds": [], "domains": [{}]}"#, "domains[0]: must be a string"),
            (#"{"id": "a", "feeds": [], "weight": 0}"#, "weight: must be a number above 0"),
            (#"{"id": "a", "feeds": [], "weight": -1}"#, "weight: must be a number above 0"),
            (#"{"id": "a", "feeds": [], "weight": "5"}"#, "weight: must be a number"),
            (#"{"id": "a", "feeds": [], "weight": true}"#, "weight: must be a number"),
            (#""a""#, "must be an object"),
        ]
    )
    func errors(json: String, message: String) throws {
        let error = #expect(throws: DecodingError.self) {
            try JSONCoding.decode(Flashpoint.self, from: Data(json.utf8))
        }
        #expect(FieldProblem(try #require(error)).description == message)
    }
}

@Suite("Content hash")
struct ContentHashTests {
    @Test("It is the SHA-256 of the JSON with sorted keys, first 32 digits")
    func vector() throws {
        let flashpoint = Flashpoint(id: "fp-1", title: "A/B", feeds: [Feed(url: "https://a.example/1", title: "é")])
        let encoded = #"{"feeds":[{"title":"é","url":"https://a.example/1"}],"id":"fp-1","title":"A/B"}"#
        #expect(String(decoding: try JSONCoding.encode(flashpoint), as: UTF8.self) == encoded)
        // printf '%s' "$encoded" | sha256sum | cut -c1-32
        #expect(try ContentHash.of(flashpoint) == "927ed045bde5356d383708aa721704b2")
    }

    @Test("Neither the order of the fields, blanks, nulls nor escapes change it")
    func stable() throws {
        let texts = [
            #"{"id":"a","title":"é","feeds":[{"url":"u","tone":1}],"z":{"b":1,"a":2}}"#,
            #"{ "z": {"a": 2, "b": 1}, "feeds": [{"tone": 1.0, "url": "\u0075"}], "title": "\u00e9", "id": "a", "weight": null }"#,
        ]
        let hashes = try texts.map {
            try ContentHash.of(JSONCoding.decode(Flashpoint.self, from: Data($0.utf8)))
        }
        #expect(Set(hashes).count == 1)
    }

    @Test("Another value in an unknown field gives another hash")
    func sensitive() throws {
        let one = Flashpoint(id: "a", extra: ["z": 1])
        let two = Flashpoint(id: "a", extra: ["z": 2])
        #expect(try ContentHash.of(one) != ContentHash.of(two))
    }
}
