import Coordination
import TestSupport
import Testing

@testable import Dashboard

@Suite struct LogBookTests {
    private static func entry(_ number: Int, _ message: String? = nil) -> LogEntry {
        LogEntry(
            at: Int64(number),
            level: LogLevel.allCases[number % 4],
            worker: number % 3 == 0 ? nil : number % 3,
            message: message ?? "line \(number)"
        )
    }

    private static func book(_ count: Int, level: LogLevel = .debug) -> LogBook {
        var book = LogBook()
        book.show(LogBook.Filter(level: level))
        for number in 0..<count { book.append(entry(number)) }
        return book
    }

    private static func shown(_ book: LogBook) -> [Int] { (0..<book.shownCount).map { book.number(at: $0) } }

    @Test("A line comes back as it was")
    func whole() {
        let book = Self.book(2_500)
        for number in [0, 1, 999, 1_000, 2_499] { #expect(book[number] == Self.entry(number)) }
        #expect(book[-1] == nil)
        #expect(book[2_500] == nil)
        #expect(book.lines(endingAt: 2_499, limit: 2).map(\.number) == [2_498, 2_499])
        #expect(book.lines(endingAt: 0, limit: 5).map(\.entry) == [Self.entry(0)])
    }

    @Test("The latest hundred thousand lines stay, and those that were let go are counted")
    func ring() {
        var book = Self.book(102_345)
        #expect(book.nextNumber == 102_345)
        #expect((LogBook.capacity..<LogBook.capacity + 1_000).contains(book.count))
        #expect(book.dropped == book.nextNumber - book.count)
        #expect(book[book.firstNumber] == Self.entry(book.firstNumber))
        #expect(book[book.firstNumber - 1] == nil)
        #expect(Self.shown(book) == Array(book.firstNumber..<book.nextNumber))
        book.lose(3)
        #expect(book.lost == 3)
    }

    @Test("A filter shows the same lines whether it was set before they came, after, or in between")
    func incremental() throws {
        let filter = LogBook.Filter(level: .info, worker: 1, search: try LogSearch("4"))
        let expected = (0..<9_000).filter { $0 % 4 > 0 && $0 % 3 == 1 && String($0).contains("4") }
        var before = LogBook()
        before.show(filter)
        var between = LogBook()
        for number in 0..<9_000 {
            before.append(Self.entry(number))
            if number == 5_432 {
                between.show(filter)
                between.scan(limit: 700)
            }
            between.append(Self.entry(number))
        }
        var after = Self.book(9_000)
        after.show(filter)
        #expect(after.isScanning)
        for _ in 0..<20 {
            after.scan(limit: 700)
            between.scan(limit: 700)
        }
        #expect(!after.isScanning)
        for book in [before, between, after] { #expect(Self.shown(book) == expected) }
    }

    @Test("Lines that are let go leave the shown ones too", .heavy, arguments: [true, false])
    func dropping(isEarly: Bool) throws {
        var book = LogBook()
        let filter = LogBook.Filter(level: .error)
        if isEarly { book.show(filter) } else { book.show(LogBook.Filter(level: .debug)) }
        for number in 0..<100_000 { book.append(Self.entry(number)) }
        book.show(filter)
        book.scan(limit: .max)
        for number in 100_000..<150_000 { book.append(Self.entry(number)) }
        #expect(Self.shown(book) == (book.firstNumber..<150_000).filter { $0 % 4 == 3 })
    }

    @Test("A line's position among the shown ones is found, and how many came since")
    func positions() {
        var book = Self.book(100, level: .error)
        #expect(Self.shown(book).prefix(2) == [3, 7])
        #expect(book.position(upTo: 2) == -1)
        #expect(book.position(upTo: 3) == 0)
        #expect(book.position(upTo: 8) == 1)
        #expect(book.position(upTo: 1_000) == 24)
        #expect(book.shownCount(from: 96) == 1)
        book.append(Self.entry(103))
        #expect(book.shownCount(from: 96) == 2)
    }

    @Test("A copy keeps what it had while the book goes on")
    func copy() {
        var book = Self.book(1_500)
        let copy = book
        for number in 1_500..<4_000 { book.append(Self.entry(number)) }
        #expect(copy.count == 1_500)
        #expect(copy[1_499] == Self.entry(1_499))
        #expect(book[3_999] == Self.entry(3_999))
    }

    @Test("As text a line has time, level, worker and message")
    func text() {
        var book = LogBook()
        book.append(LogEntry(at: 1_000, level: .warning, worker: 12, message: "late"))
        book.append(LogEntry(at: 61_120, level: .info, worker: nil, message: "Run continued"))
        #expect(
            book.text == """
                1970-01-01T00:00:01.000Z WARNING w12 late
                1970-01-01T00:01:01.120Z INFO    - Run continued

                """
        )
    }

    // MARK: - Searching

    private static let messages = [
        "Worker 1 completed flashpoint fp-0", "worker 2 failed: GÄNZLICH kaputt", "Endpoint: 503 Service Unavailable",
        "flashpoint fp-12: extract 3 of 4",
    ]

    @Test(
        "Words are found in either case unless they hold a capital, expressions, workers and levels as such",
        arguments: [
            ("worker", [0, 1]), ("Worker", [0]), ("fp-0 COMPLETED", []), ("fp completed", [0]), ("gänz", [1]),
            ("unavailable", [2]), ("/fp-[0-9]+/", [0, 3]), ("/^worker/", [0, 1]), ("/Worker \\d/", [0]), ("w2", [2]),
            ("level>=warn", [2, 3]), ("level:error", [3]), ("w1 flashpoint", [1].filter { _ in false }),
            ("flashpoint /extract|503/", [3]), ("/", []), ("503", [2]),
        ] as [(String, [Int])]
    )
    func search(text: String, found: [Int]) throws {
        var book = LogBook()
        book.show(LogBook.Filter(level: .debug, search: try LogSearch(text)))
        for (number, message) in Self.messages.enumerated() { book.append(Self.entry(number, message)) }
        #expect(Self.shown(book) == found)
        var inverse = LogBook()
        inverse.show(LogBook.Filter(level: .debug, search: try LogSearch(text, isInverse: true)))
        for (number, message) in Self.messages.enumerated() { inverse.append(Self.entry(number, message)) }
        #expect(Self.shown(inverse) == (0..<4).filter { !found.contains($0) })
    }

    @Test("A malformed expression is told, blanks are no search")
    func malformed() throws {
        #expect(throws: LogSearch.Problem.self) { try LogSearch("/(/") }
        #expect(try LogSearch("   ") == nil)
    }

    @Test("What was found is marked where it stands")
    func ranges() throws {
        func marked(_ search: String, in message: String) throws -> [String] {
            try #require(try LogSearch(search)).ranges(in: message).map { String(message[$0]) }
        }
        #expect(try marked("fp", in: "fp-1 FP-2") == ["fp", "FP"])
        #expect(try marked("FP", in: "fp-1 FP-2") == ["FP"])
        #expect(try marked("ä", in: "Ä und ä") == ["Ä", "ä"])
        #expect(try marked("/[0-9]+/", in: "a 12 b 3") == ["12", "3"])
        #expect(try LogSearch("a", isInverse: true)?.ranges(in: "a") == [])
    }

    @Test("Any bytes of a line can be searched", arguments: 0..<20 as Range<UInt64>)
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let letters: [Character] = ["a", "B", "ß", "é", "日", "👩‍🚀", "x", " "]
        func text(_ count: Int) -> String {
            String((0..<count).map { _ in letters.randomElement(using: &random) ?? "a" })
        }
        var book = LogBook()
        let lines = (0..<300).map { _ in text(Int.random(in: 0...12, using: &random)) }
        for (number, line) in lines.enumerated() { book.append(Self.entry(number, line)) }
        let word = text(2).split(separator: " ").first.map(String.init) ?? "a"
        book.show(LogBook.Filter(level: .debug, search: try LogSearch(word)))
        book.scan(limit: .max)
        let isExact = word.contains(where: \.isUppercase)
        let expected = lines.indices.filter { number in
            let line = isExact ? lines[number] : lines[number].lowercased()
            return Array(line.utf8).firstRange(of: Array(word.utf8)) != nil
        }
        #expect(Self.shown(book) == expected)
    }
}
