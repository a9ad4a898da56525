import Testing

@testable import Dashboard

@Suite("Figures as the screen writes them")
struct FiguresTests {
    @Test(
        "Durations are m:ss, from an hour on h:mm:ss",
        arguments: [
            (0, "0:00"), (0.99, "0:00"), (9, "0:09"), (61.5, "1:01"), (3_599.9, "59:59"), (3_600, "1:00:00"),
            (90_061, "25:01:01"), (-5, "0:00"), (.nan, "?"), (.infinity, "?"),
        ]
    )
    func duration(seconds: Double, text: String) { #expect(Figures.duration(seconds) == text) }

    @Test(
        "Numbers are grouped by thousands",
        arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-12_345, "-12,345")]
    )
    func grouped(number: Int, text: String) { #expect(Figures.grouped(number) == text) }

    @Test(
        "100% means all",
        arguments: [(0, 0, "0%"), (0, 9, "0%"), (2, 3, "66%"), (999, 1_000, "99%"), (5, 5, "100%"), (9, 5, "100%")]
    )
    func percent(part: Int, whole: Int, text: String) { #expect(Figures.percent(part, of: whole) == text) }

    @Test(
        "A share of one is a percentage",
        arguments: [(0.614, "61%"), (1, "100%"), (0, "0%"), (.nan, "?"), (-1, "0%")]
    )
    func share(value: Double, text: String) { #expect(Figures.percent(value) == text) }

    @Test(
        "Factors have one decimal place below a hundred",
        arguments: [(5.349, "5.3x"), (0, "0.0x"), (99.94, "99.9x"), (99.96, "100x"), (12_345, "12,345x"), (.nan, "?x")]
    )
    func factor(value: Double, text: String) { #expect(Figures.factor(value) == text) }

    @Test(
        "Rates are told by the minute, slow ones by the hour",
        arguments: [(nil, "-"), (0, "-"), (0.05, "3.0/min"), (4, "240/min"), (0.001, "3.6/h"), (.infinity, "-")]
            as [(Double?, String)]
    )
    func rate(perSecond: Double?, text: String) { #expect(Figures.rate(perSecond) == text) }

    @Test(
        "Dollars have cents, small sums four places",
        arguments: [
            (0, "$0.00"), (0.21, "$0.21"), (0.0684, "$0.0684"), (0.00004, "<$0.0001"), (1_234.5, "$1,234.50"),
            (0.1, "$0.10"),
            (.nan, "$?"),
        ]
    )
    func dollars(sum: Double, text: String) { #expect(Figures.dollars(sum) == text) }

    @Test(
        "Times are UTC",
        arguments: [
            (0, "00:00:00.000"), (1_759_406_671_120, "12:04:31.120"), (86_399_999, "23:59:59.999"),
            (-1, "23:59:59.999"),
        ]
    )
    func time(milliseconds: Int64, text: String) {
        #expect(Figures.timeWithMilliseconds(milliseconds) == text)
        #expect(Figures.time(milliseconds) == text.prefix(8))
    }

    @Test(
        "An age has tenths while it is short",
        arguments: [(0.44, "0.4s"), (9.96, "9s"), (17.9, "17s"), (61, "1:01"), (-3, "0.0s")]
    )
    func age(seconds: Double, text: String) { #expect(Figures.age(seconds) == text) }

    @Test("Counts agree with their nouns", arguments: [(0, "0 workers"), (1, "1 worker"), (1_203, "1,203 workers")])
    func count(number: Int, text: String) { #expect(Figures.count(number, "worker") == text) }

    @Test(
        "Text breaks between words, and within those that are too long",
        arguments: [
            ("a few words here", 9, ["a few", "words", "here"]), ("short", 9, ["short"]), ("", 5, [""]),
            ("abcdefghij kl", 4, ["abcd", "efgh", "ij", "kl"]), ("東京の港", 5, ["東京", "の港"]),
        ]
    )
    func wrapped(text: String, width: Int, lines: [String]) {
        #expect(WrappedText.lines(text, width: width) == lines)
    }
}
