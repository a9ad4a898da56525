/// How long an exchange may take, from what has come of its answer; times are counted from its start.
///
/// Without a pace its deadline is all it has. With one the deadline begins anew at each piece of the body, as long as
/// they come no slower than the pace: so a large body may take its time on a slow line, and one that drips may not.
struct ExchangeLimit: Sendable, Hashable {
    private let deadline: Duration
    private let pace: Int?
    private var headAt: Duration?
    private var pieceAt = Duration.zero
    private var received = 0

    /// - Parameter pace: Bytes a second.
    init(deadline: Duration, pace: Int?) {
        self.deadline = deadline
        self.pace = pace
    }

    mutating func headCame(at time: Duration) {
        headAt = time
        pieceAt = time
    }

    mutating func pieceCame(_ bytes: Int, at time: Duration) {
        received += bytes
        pieceAt = time
    }

    /// When the exchange is given up, should nothing more come.
    var end: Duration {
        guard let pace, let headAt else { return deadline }
        return deadline + min(pieceAt, headAt + .seconds(Double(received) / Double(max(pace, 1))))
    }
}
