import Testing

@testable import HTTPTransport

@Suite("ExchangeLimit")
struct ExchangeLimitTests {
    @Test("Without a pace nothing that comes moves the end")
    func fixed() {
        var limit = ExchangeLimit(deadline: .seconds(10), pace: nil)
        limit.headCame(at: .seconds(5))
        limit.pieceCame(1_000_000, at: .seconds(9))
        #expect(limit.end == .seconds(10))
    }

    @Test("The header and each piece begin the deadline anew")
    func anew() {
        var limit = ExchangeLimit(deadline: .seconds(10), pace: 1_000)
        #expect(limit.end == .seconds(10))
        limit.headCame(at: .seconds(8))
        #expect(limit.end == .seconds(18))
        limit.pieceCame(20_000, at: .seconds(12))
        #expect(limit.end == .seconds(22))
    }

    @Test("A body slower than its pace is not waited for, however often a piece comes")
    func slow() {
        var limit = ExchangeLimit(deadline: .seconds(10), pace: 1_000)
        limit.headCame(at: .zero)
        for second in 1...20 { limit.pieceCame(1, at: .seconds(second)) }
        #expect(limit.end < .milliseconds(10_100))
    }

    @Test("What came fast is no reserve for a silence")
    func silence() {
        var limit = ExchangeLimit(deadline: .seconds(10), pace: 1_000)
        limit.headCame(at: .zero)
        limit.pieceCame(10_000_000, at: .seconds(2))
        #expect(limit.end == .seconds(12))
    }
}
