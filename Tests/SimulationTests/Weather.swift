import Synchronization

/// What happens to requests on their way, now and at each time to come.
final class Weather: Sendable {
    /// What can happen to one request.
    enum Fault: Sendable, Hashable {
        /// No connection, so nothing was sent.
        case refused
        /// The connection ends before the endpoint has the request.
        case lostBefore
        /// The endpoint does what it was asked, and the answer is lost.
        case lostAfter
        /// No answer until the deadline.
        case silent(processed: Bool)
        /// 429 with this `Retry-After`.
        case rateLimited(String?)
        case serverTrouble(Int)
        /// The endpoint refuses the key or the address.
        case denied(Int)
        /// The endpoint does not take this request.
        case badRequest(Int)
        /// The answer is cut off.
        case truncated
        /// The answer is not what it should be.
        case garbage
        /// The endpoint says once that it has no such job.
        case notFound
        /// The answer takes so many seconds.
        case slow(Double)
    }

    /// A time in which every request meets the same.
    struct Window: Sendable {
        var span: ClosedRange<Double>
        var fault: Fault
    }

    private let windows: [Window]
    private let noise: Double
    private let calmAt: Double
    private let dice: Dice

    init(_ scenario: Scenario) {
        windows = scenario.weather
        noise = scenario.noise
        calmAt = scenario.calmAt
        dice = Dice(seed: scenario.seed &* 31 &+ 7)
    }

    /// What a request of this time meets; `nil` when all goes well.
    func draw(at time: Double) -> Fault? {
        guard time < calmAt else { return nil }
        if let window = windows.first(where: { $0.span.contains(time) }) { return window.fault }
        guard dice.chance(noise) else { return nil }
        switch dice.below(16) {
        case 0, 1: return .refused
        case 2: return .lostBefore
        case 3, 4: return .lostAfter
        case 5: return .silent(processed: dice.chance(0.5))
        case 6: return .rateLimited(dice.pick("2", nil, "1000000000", "Sun, 06 Nov 1994 08:49:37 GMT", "-3", "x"))
        case 7, 8: return .serverTrouble(dice.pick(500, 502, 503, 504))
        case 9: return dice.chance(0.3) ? .denied(dice.pick(401, 403, 404, 301)) : .slow(dice.seconds(1...9))
        case 10: return dice.chance(0.3) ? .badRequest(dice.pick(400, 413)) : .slow(dice.seconds(1...4))
        case 11, 12: return .truncated
        case 13: return .garbage
        case 14: return .notFound
        default: return .slow(dice.seconds(1...9))
        }
    }

    /// When the window ends that holds this time; the time itself in none.
    func end(of time: Double) -> Double {
        windows.first { $0.span.contains(time) }.map(\.span.upperBound) ?? time
    }
}

extension Weather.Fault {
    /// The status of the answer, where there is one that is of no use for now.
    var status: Int? {
        switch self {
        case .rateLimited: 429
        case .serverTrouble(let status), .denied(let status), .badRequest(let status): status
        case .garbage: 200
        case .notFound: 404
        case .refused, .lostBefore, .lostAfter, .silent, .truncated, .slow: nil
        }
    }
}
