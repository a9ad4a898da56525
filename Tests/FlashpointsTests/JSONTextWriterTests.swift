import Flashpoints
import FoundationEssentials
import TestSupport
import Testing

/// Whether the direct way to JSON text says what the coder says.
@Suite("JSON text")
struct JSONTextWriterTests {
    private static let strings = [
        "", "a", "a longer text without anything special in it", "\"", "\\", "/", "a/b", "\u{0}", "\u{1f}", "\u{7f}",
        "tab\there", "\r\n", "\u{8}\u{c}", "é", "🌍", "e\u{301}", "\u{2028}", "1234567\"", "12345678\"", "\u{1b}[1m",
        "ÿ\u{80}\u{9f}", "日本語のテキスト", "\u{10}\u{11}\u{1a}\u{0b}\u{0e}",
    ]
    private static let numbers: [Double] = [
        0, -0.0, 1, -1, 0.1, 0.001, 0.0001, 1.5, -1.5, -0.25, 1e15, 1e16, 1e-7, 123_456.789, 999_999_999.999, 1 / 3,
        .pi,
        -1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 9_007_199_254_740_994, 1e14 + 0.5, 0.1 + 0.2, 4.35,
        2.675, 1e11 + 0.001,
        1e12 + 0.001, 100.1, 1.001, 1.01, 31.063,
    ]

    @Test("Strings come out as the coder writes them", arguments: strings)
    func string(_ text: String) throws {
        #expect(try JSONValue.string(text).jsonText() == Array(try JSONCoding.encode(JSONValue.string(text))))
    }

    @Test("Numbers come out as the coder writes them", arguments: numbers)
    func number(_ number: Double) throws {
        #expect(try JSONValue.number(number).jsonText() == Array(try JSONCoding.encode(JSONValue.number(number))))
    }

    @Test("Whole numbers keep all their digits", arguments: [0, 1, -1, 10, -907, .max, .min] as [Int64])
    func whole(_ number: Int64) throws {
        #expect(try JSONValue.integer(number).jsonText() == Array(String(number).utf8))
    }

    @Test("What JSON has no number for is an error", arguments: [.infinity, -.infinity, .nan] as [Double])
    func unwritable(_ number: Double) {
        #expect(throws: EncodingError.self) { try JSONValue.array([.number(number)]).jsonText() }
    }

    @Test("Random values come out as the coder writes them", arguments: 0..<40 as Range<UInt64>)
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<25 {
            let value = Self.value(depth: 4, &random)
            #expect(try value.jsonText() == Array(try JSONCoding.encode(value)))
        }
    }

    private static func value(depth: Int, _ random: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64(truncatingIfNeeded: random.next()) >> Int64.random(in: 0..<64, using: &random))
        case 3: return .number(Double(bitPattern: random.next()).finite)
        case 4: return .number(Double(Int.random(in: -9_999_999...9_999_999, using: &random)) / 1_000)
        case 5: return .string(text(&random))
        case 6: return .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in value(depth: depth - 1, &random) })
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0..<7, using: &random) {
                members[text(&random)] = value(depth: depth - 1, &random)
            }
            return .object(members)
        }
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0..<4, using: &random)).map { _ in strings.randomElement(using: &random) ?? "" }.joined()
    }
}

extension Double {
    fileprivate var finite: Double { isFinite ? self : 0 }
}
