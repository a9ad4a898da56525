import Canvas
import Testing

/// Bytes of a terminal and what they mean.
struct KeyFixture: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var expected: [Decoded]

    init(_ name: String, _ bytes: String, _ expected: [Decoded]) {
        self.name = name
        self.bytes = Array(bytes.utf8)
        self.expected = expected
    }

    init(_ name: String, raw bytes: [UInt8], _ expected: [Decoded]) {
        self.name = name
        self.bytes = bytes
        self.expected = expected
    }

    var testDescription: String { name }
}

extension Decoded {
    static func key(_ code: Key.Code, _ modifiers: Key.Modifiers = []) -> Decoded { .input(.key(Key(code, modifiers))) }
    static func typed(_ character: Character) -> Decoded { .input(.key(.character(character))) }
    static func alt(_ character: Character) -> Decoded { .input(.key(Key(.character(character), .alt))) }
    static func control(_ letter: Character) -> Decoded { .input(.key(.control(letter))) }
    static func typed(_ text: String) -> [Decoded] { text.map { .typed($0) } }
}

extension KeyFixture {
    static let all = text + controls + arrows + editing + functions + modified + mouse + pastes + replies + unknown

    static let text = [
        KeyFixture("letters", "yY 1~", Decoded.typed("yY 1~")), KeyFixture("two bytes", "é", Decoded.typed("é")),
        KeyFixture("three bytes", "新闻", Decoded.typed("新闻")), KeyFixture("four bytes", "😀a", Decoded.typed("😀a")),
        KeyFixture("an accent on its own", "e\u{301}", [.typed("e"), .typed("\u{301}")]),
        KeyFixture("a stray continuation", raw: [0x80, 0x61], Decoded.typed("\u{FFFD}a")),
        KeyFixture("bytes that no text has", raw: [0xff, 0xc0, 0xf5], Decoded.typed("\u{FFFD}\u{FFFD}\u{FFFD}")),
        KeyFixture("a character cut by another", raw: [0xe6, 0x96, 0x61], Decoded.typed("\u{FFFD}a")),
        KeyFixture("an overlong slash", raw: [0xe0, 0x80, 0xaf], Decoded.typed("\u{FFFD}\u{FFFD}\u{FFFD}")),
        KeyFixture("a surrogate", raw: [0xed, 0xa0, 0x80], Decoded.typed("\u{FFFD}\u{FFFD}\u{FFFD}")),
        KeyFixture("beyond Unicode", raw: [0xf4, 0x90, 0x62], Decoded.typed("\u{FFFD}\u{FFFD}b")),
        KeyFixture("a C1 control as text", "\u{9B}q", Decoded.typed("q")),
        KeyFixture("a character cut by a key", raw: [0xf0, 0x9f, 0x1b, 0x5b, 0x41], [.typed("\u{FFFD}"), .key(.up)]),
    ]

    static let controls = [
        KeyFixture(
            "Ctrl with letters",
            "\u{1}\u{3}\u{c}\u{1a}",
            [.control("a"), .control("c"), .control("l"), .control("z")]
        ),
        KeyFixture("NUL", "\0", [.control(" ")]),
        KeyFixture(
            "Ctrl with signs",
            "\u{1c}\u{1d}\u{1e}\u{1f}",
            [.control("\\"), .control("]"), .control("^"), .control("_")]
        ),
        KeyFixture("Tab", "\t", [.key(.tab)]), KeyFixture("Shift-Tab", "\u{1b}[Z", [.key(.tab, .shift)]),
        KeyFixture("Enter", "\r\n", [.key(.enter), .key(.enter)]),
        KeyFixture("Backspace", "\u{7f}\u{8}", [.key(.backspace), .key(.backspace)]),
        KeyFixture("Alt with a letter", "\u{1b}x\u{1b}1", [.alt("x"), .alt("1")]),
        KeyFixture("Alt with an accented letter", "\u{1b}é", [.alt("é")]),
        KeyFixture("Alt-Enter", "\u{1b}\r", [.key(.enter, .alt)]),
        KeyFixture("Alt-Backspace", "\u{1b}\u{7f}", [.key(.backspace, .alt)]),
        KeyFixture("Ctrl-Alt-A", "\u{1b}\u{1}", [.key(.character("a"), [.control, .alt])]),
        KeyFixture("Esc, then Alt-x", "\u{1b}\u{1b}x", [.key(.escape), .alt("x")]),
        KeyFixture("Esc twice, then Alt-x", "\u{1b}\u{1b}\u{1b}x", [.key(.escape), .key(.escape), .alt("x")]),
    ]

    static let arrows = [
        KeyFixture("arrows", "\u{1b}[A\u{1b}[B\u{1b}[C\u{1b}[D", [.key(.up), .key(.down), .key(.right), .key(.left)]),
        KeyFixture(
            "application arrows",
            "\u{1b}OA\u{1b}OB\u{1b}OC\u{1b}OD",
            [.key(.up), .key(.down), .key(.right), .key(.left)]
        ),
        KeyFixture(
            "rxvt's arrows",
            "\u{1b}[a\u{1b}[b\u{1b}Oc\u{1b}Od",
            [.key(.up, .shift), .key(.down, .shift), .key(.right, .control), .key(.left, .control)]
        ),
        KeyFixture("rxvt's Alt-arrow", "\u{1b}\u{1b}[A\u{1b}\u{1b}OB", [.key(.up, .alt), .key(.down, .alt)]),
    ]

    static let editing = [
        KeyFixture(
            "xterm's Home and End",
            "\u{1b}[H\u{1b}[F\u{1b}OH\u{1b}OF",
            [.key(.home), .key(.end), .key(.home), .key(.end)]
        ),
        KeyFixture(
            "numbered keys",
            "\u{1b}[1~\u{1b}[2~\u{1b}[3~\u{1b}[4~\u{1b}[5~\u{1b}[6~\u{1b}[7~\u{1b}[8~",
            [
                .key(.home), .key(.insert), .key(.delete), .key(.end), .key(.pageUp), .key(.pageDown), .key(.home),
                .key(.end),
            ]
        ),
        KeyFixture(
            "rxvt's numbered keys",
            "\u{1b}[3$\u{1b}[7^\u{1b}[6@",
            [.key(.delete, .shift), .key(.home, .control), .key(.pageDown, [.shift, .control])]
        ),
        KeyFixture("the keypad", "\u{1b}OM\u{1b}Op\u{1b}Oy\u{1b}Ok\u{1b}OX", [.key(.enter)] + Decoded.typed("09+=")),
    ]

    static let functions = [
        KeyFixture("F1 to F4", "\u{1b}OP\u{1b}OQ\u{1b}OR\u{1b}OS", (1...4).map { .key(.function($0)) }),
        KeyFixture(
            "F1 to F5 of the Linux console",
            "\u{1b}[[A\u{1b}[[B\u{1b}[[C\u{1b}[[D\u{1b}[[E",
            (1...5).map { .key(.function($0)) }
        ),
        KeyFixture(
            "F1 to F12 by numbers",
            [11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24].map { "\u{1b}[\($0)~" }.joined(),
            (1...12).map { .key(.function($0)) }
        ),
        KeyFixture(
            "F13 to F20",
            [25, 26, 28, 29, 31, 32, 33, 34].map { "\u{1b}[\($0)~" }.joined(),
            (13...20).map { .key(.function($0)) }
        ),
        KeyFixture("no function", "\u{1b}[[Z\u{1b}[16~\u{1b}[99~q", [.typed("q")]),
    ]

    static let modified = [
        KeyFixture(
            "Shift, Alt and Ctrl",
            "\u{1b}[1;2A\u{1b}[1;3B\u{1b}[1;5C\u{1b}[1;8D",
            [.key(.up, .shift), .key(.down, .alt), .key(.right, .control), .key(.left, [.shift, .alt, .control])]
        ),
        KeyFixture(
            "modified editing keys",
            "\u{1b}[5;5~\u{1b}[3;2~\u{1b}[1;5H\u{1b}[1;6F",
            [.key(.pageUp, .control), .key(.delete, .shift), .key(.home, .control), .key(.end, [.shift, .control])]
        ),
        KeyFixture(
            "modified function keys",
            "\u{1b}[1;2P\u{1b}O5Q\u{1b}[15;3~",
            [.key(.function(1), .shift), .key(.function(2), .control), .key(.function(5), .alt)]
        ),
        KeyFixture("the modifier alone", "\u{1b}[5A", [.key(.up, .control)]),
        KeyFixture("Meta is Alt", "\u{1b}[1;9A", [.key(.up, .alt)]),
        KeyFixture(
            "keys told by number",
            "\u{1b}[27;5;99~\u{1b}[113;1u\u{1b}[13;5u\u{1b}[27u\u{1b}[121;2u",
            [.control("c"), .typed("q"), .key(.enter, .control), .key(.escape), .typed("Y")]
        ),
        KeyFixture("keys without a character, told by number", "\u{1b}[57441u\u{1b}[1114112u", []),
        KeyFixture("a key let go", "\u{1b}[1;1:1A\u{1b}[1;1:3A\u{1b}[113;1:3u", [.key(.up)]),
    ]

    static let mouse = [
        KeyFixture("mouse reports", "\u{1b}[<0;10;20M\u{1b}[<0;10;20m\u{1b}[<64;1;1Mq", [.typed("q")]),
        KeyFixture("old mouse reports", "\u{1b}[M qyq", [.typed("q")]),
        KeyFixture(
            "old mouse reports beyond 95 columns",
            raw: [0x1b, 0x5b, 0x4d, 0x20, 0xff, 0xc3, 0x71],
            [.typed("q")]
        ),
        KeyFixture("mouse reports of rxvt", "\u{1b}[32;10;20Mq", [.typed("q")]),
        KeyFixture("focus", "\u{1b}[I\u{1b}[O", [.input(.focus(true)), .input(.focus(false))]),
        KeyFixture("Esc right before a focus", "\u{1b}\u{1b}[O", [.key(.escape), .input(.focus(false))]),
    ]

    static let pastes = [
        KeyFixture("a paste", "\u{1b}[200~rm -rf y\u{1b}[201~y", [.input(.paste("rm -rf y")), .typed("y")]),
        KeyFixture("lines of a paste", "\u{1b}[200~a\rb\r\nc\nd\u{1b}[201~", [.input(.paste("a\nb\nc\nd"))]),
        KeyFixture(
            "keys in a paste",
            "\u{1b}[200~\u{1b}[A\u{1b}\u{1b}[20\u{1b}[200~\u{1b}[201~",
            [.input(.paste("\u{1b}[A\u{1b}\u{1b}[20\u{1b}[200~"))]
        ),
        KeyFixture("an empty paste", "\u{1b}[200~\u{1b}[201~q", [.typed("q")]),
        KeyFixture("the end of no paste", "\u{1b}[201~q", [.typed("q")]),
        KeyFixture("text in a paste", "\u{1b}[200~新闻 👨‍👩‍👧\u{1b}[201~", [.input(.paste("新闻 👨‍👩‍👧"))]),
    ]

    static let replies = [
        KeyFixture(
            "mode 2026",
            "\u{1b}[?2026;2$y\u{1b}[?2026;0$y",
            [.reply(.mode(2026, .reset)), .reply(.mode(2026, .unknown))]
        ),
        KeyFixture("a state that no mode has", "\u{1b}[?2026;9$yq", [.typed("q")]),
        KeyFixture(
            "what the terminal is",
            "\u{1b}[?62;22c\u{1b}[?6c",
            [.reply(.deviceAttributes([62, 22])), .reply(.deviceAttributes([6]))]
        ),
        KeyFixture("a dark background", "\u{1b}]11;rgb:1e1e/1e1e/2e2e\u{7}", [.reply(.background(.dark))]),
        KeyFixture("a light background", "\u{1b}]11;rgb:ffff/ffff/ffff\u{1b}\\", [.reply(.background(.light))]),
        KeyFixture(
            "solarized's backgrounds",
            "\u{1b}]11;rgb:fd/f6/e3\u{7}\u{1b}]11;rgb:00/2b/36\u{7}",
            [.reply(.background(.light)), .reply(.background(.dark))]
        ),
        KeyFixture("a background with alpha", "\u{1b}]11;rgba:f/f/f/8\u{1b}\\", [.reply(.background(.light))]),
        KeyFixture(
            "a background that is none",
            "\u{1b}]11;rgb:zz/00/00\u{7}\u{1b}]11;?\u{7}\u{1b}]11;rgb:1/2\u{7}q",
            [.typed("q")]
        ),
        KeyFixture(
            "Esc right before a reply",
            "\u{1b}\u{1b}]11;rgb:0/0/0\u{7}",
            [.key(.escape), .reply(.background(.dark))]
        ),
        KeyFixture(
            "all that is asked at the start",
            "\u{1b}]11;rgb:0000/0000/0000\u{1b}\\\u{1b}[?2026;1$y\u{1b}[?64;1;9c",
            [.reply(.background(.dark)), .reply(.mode(2026, .set)), .reply(.deviceAttributes([64, 1, 9]))]
        ),
    ]

    static let unknown = [
        KeyFixture(
            "unknown control sequences",
            "\u{1b}[>0;276;0c\u{1b}[12;34yq\u{1b}[4;1$yq\u{1b}[=5;1*zq",
            Decoded.typed("qqq")
        ),
        KeyFixture("an unknown function key", "\u{1b}Ozq", [.typed("q")]),
        KeyFixture(
            "strings",
            "\u{1b}]0;yes\u{7}\u{1b}P1$ry\u{1b}\\\u{1b}_Gy\u{1b}\\\u{1b}^y\u{1b}\\\u{1b}Xy\u{1b}\\q",
            [.typed("q")]
        ),
        KeyFixture("a string cut by a key", "\u{1b}]52;c;eXk\u{1b}[Aq", [.key(.up), .typed("q")]),
        KeyFixture("a string given up", "\u{1b}]52;c;eXk\u{18}q\u{1b}Pyy\u{1a}q", Decoded.typed("qq")),
        KeyFixture("a sequence cut by another", "\u{1b}[1;\u{1b}[B", [.key(.down)]),
        KeyFixture("a sequence cut by Enter", "\u{1b}[1;\r", [.key(.enter)]),
        KeyFixture("a sequence cut by text", "\u{1b}[1é\u{1b}Oé", Decoded.typed("éé")),
        KeyFixture("a long sequence", "\u{1b}[" + String(repeating: "1;", count: 4_000) + "5Aq", [.typed("q")]),
        KeyFixture("a long string", "\u{1b}]11;rgb:" + String(repeating: "f", count: 9_000) + "\u{7}q", [.typed("q")]),
        KeyFixture("numbers without end", "\u{1b}[99999999999999999999999~\u{1b}[1;99999999999999999999A", [.key(.up)]),
    ]
}
