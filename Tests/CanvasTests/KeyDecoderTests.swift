import Canvas
import TestSupport
import Testing

@Suite("Key decoder", .heavy)
struct KeyDecoderTests {
    @Test("what terminals send is decoded, in one piece", arguments: KeyFixture.all)
    func whole(fixture: KeyFixture) {
        var decoder = KeyDecoder()
        #expect(decoder.feed(fixture.bytes) == fixture.expected)
        #expect(!decoder.isWaiting)
        #expect(decoder.expire().isEmpty)
    }

    @Test("and the same in two pieces, wherever it is cut, and byte by byte", arguments: KeyFixture.all)
    func split(fixture: KeyFixture) {
        for cut in fixture.bytes.indices.prefix(600) {
            var decoder = KeyDecoder()
            let decoded = decoder.feed(fixture.bytes[..<cut]) + decoder.feed(fixture.bytes[cut...])
            #expect(decoded == fixture.expected, "cut at \(cut)")
        }
        var decoder = KeyDecoder()
        #expect(fixture.bytes.flatMap { decoder.feed(CollectionOfOne($0)) } == fixture.expected)
    }

    @Test(
        "when nothing more comes, what stands is a key",
        arguments: [
            ("\u{1b}", [.key(.escape)]), ("\u{1b}\u{1b}", [.key(.escape), .key(.escape)]), ("\u{1b}[", [.alt("[")]),
            ("\u{1b}O", [.alt("O")]), ("\u{1b}P", [.alt("P")]), ("\u{1b}]", [.alt("]")]), ("\u{1b}_", [.alt("_")]),
            ("\u{1b}\u{1b}[", [.key(.escape), .alt("[")]), ("\u{1b}[1;5", []), ("\u{1b}[[", []), ("\u{1b}[M!", []),
            ("\u{1b}O5", []), ("\u{1b}]11;rgb:ff", []), ("\u{1b}]11;rgb:ff\u{1b}", []),
            ("\u{1b}[200~half a paste", [.input(.paste("half a paste"))]),
            ("\u{1b}[200~cut\u{1b}[20", [.input(.paste("cut\u{1b}[20"))]), ("\u{1b}[200~", []),
        ] as [(String, [Decoded])]
    )
    func expires(text: String, expected: [Decoded]) {
        var decoder = KeyDecoder()
        #expect(decoder.feed(text.utf8).isEmpty)
        #expect(decoder.isWaiting)
        #expect(decoder.expire() == expected)
        #expect(!decoder.isWaiting)
        #expect(decoder.feed("q".utf8) == [.typed("q")])
    }

    @Test("half a character expires as one that can't be read")
    func halfACharacter() {
        var decoder = KeyDecoder()
        #expect(decoder.feed([0x1b, 0xf0, 0x9f, 0x98]).isEmpty)
        #expect(decoder.expire() == [.alt("\u{FFFD}")])
    }

    @Test("a lone Esc waits 25 ms, what a late byte would spoil waits longer")
    func patience() {
        func patience(_ text: String) -> Duration {
            var decoder = KeyDecoder()
            _ = decoder.feed(text.utf8)
            return decoder.patience
        }
        #expect(patience("\u{1b}") == .milliseconds(25))
        #expect(patience("\u{1b}[") == .milliseconds(25))
        #expect(patience("\u{1b}[1;") > .milliseconds(25))
        #expect(patience("\u{1b}]11;rgb") > patience("\u{1b}[1;"))
        #expect(patience("\u{1b}[200~x") > patience("\u{1b}]11;rgb"))
    }

    @Test("terminfo's own sequences win, cut or not")
    func extraKeys() {
        let extra: [[UInt8]: Key] = [
            Array("\u{1b}[A".utf8): Key(.home), Array("\u{1b}[[2J".utf8): Key(.insert),
            Array("\u{1b}9".utf8): Key(.function(9)),
            Array("x".utf8): Key(.up), [0x1b]: Key(.up), Array("\u{1b}[1$".utf8): Key(.end),
        ]
        let bytes = Array("\u{1b}[Ax\u{1b}9\u{1b}\u{1b}[A\u{1b}[B\u{1b}[1$".utf8)
        let expected: [Decoded] = [
            .key(.home), .typed("x"), .key(.function(9)), .key(.home, .alt), .key(.down), .key(.end),
        ]
        for cut in bytes.indices {
            var decoder = KeyDecoder(extraKeys: extra)
            #expect(decoder.feed(bytes[..<cut]) + decoder.feed(bytes[cut...]) == expected)
        }
    }

    @Test("a paste is kept up to 64 kB, at the end of a character, and what comes after it is keys again")
    func longPaste() throws {
        var decoder = KeyDecoder()
        let text = "x" + String(repeating: "新", count: 50_000)
        #expect(decoder.feed("\u{1b}[200~".utf8).isEmpty)
        for _ in 0..<3 { #expect(decoder.feed(text.utf8).isEmpty) }
        let decoded = decoder.feed("\u{1b}[201~q".utf8)
        #expect(decoded.count == 2)
        guard case .input(.paste(let paste)) = try #require(decoded.first) else {
            Issue.record("no paste")
            return
        }
        #expect(paste.utf8.count > KeyDecoder.pasteLimit - 4 && paste.utf8.count <= KeyDecoder.pasteLimit)
        #expect(text.hasPrefix(paste))
        #expect(decoded.last == .typed("q"))
    }

    @Test("random bytes never crash it, give at most a key each, and are forgotten when they expire", arguments: 0..<60)
    func storm(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        // Bytes that mean something come up often enough to go deep.
        let telling = Array("\u{1b}\u{1b}[[]OP_0125;~$?My<\u{7}\\AI".utf8)
        var decoder = KeyDecoder()
        for _ in 0..<200 {
            let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? telling.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
            }
            var whole = decoder
            let decoded = bytes.flatMap { decoder.feed([$0]) }
            #expect(whole.feed(bytes) == decoded)
            #expect(decoded.count <= bytes.count + 2)
            if Int.random(in: 0..<4, using: &random) == 0 {
                #expect(decoder.expire() == whole.expire())
                #expect(!decoder.isWaiting)
                #expect(decoder.feed("q".utf8) == [.typed("q")])
            }
        }
    }

    @Test(
        "sequences that never end take no memory and end when they expire",
        arguments: ["\u{1b}[", "\u{1b}]", "\u{1b}P", "\u{1b}[200~"]
    )
    func endless(start: String) {
        var decoder = KeyDecoder()
        #expect(decoder.feed(start.utf8).isEmpty)
        let more = Array(repeating: UInt8(ascii: "1"), count: 100_000)
        for _ in 0..<20 { #expect(decoder.feed(more).isEmpty) }
        #expect(decoder.heldBytes <= KeyDecoder.pasteLimit)
        #expect(decoder.expire().count <= 1)
        #expect(decoder.heldBytes == 0)
        #expect(decoder.feed("q".utf8) == [.typed("q")])
    }
}
