/// Whether an endpoint holds a kind of request, as far as its answers tell.
///
/// Neither `wait` of `stream` nor `status-sync` is in today's documents of the platform, and a gateway may answer for it.
struct HoldVerdict: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case unknown
        /// The request is answered at its time.
        case held
        /// The request is answered at once, with nothing new.
        case instant
        /// There is no such operation.
        case absent
    }

    private(set) var kind = Kind.unknown
    /// Answers in a row that were too early, or that there is no such operation.
    private var contrary = 0
    private var since = Duration.zero

    /// After so long a verdict against holding is tried again: whoever stood in the way may have gone.
    private static let validity = Duration.seconds(600)

    func mayHold(now: Duration) -> Bool {
        switch kind {
        case .unknown, .held: true
        case .instant, .absent: now - since >= Self.validity
        }
    }

    func isOffered(now: Duration) -> Bool { kind != .absent || now - since >= Self.validity }

    /// A request is sent that is to be held: where a verdict against it has grown old, one is enough to try.
    mutating func tried(now: Duration) {
        if kind == .instant || kind == .absent { since = now }
    }

    /// An answer without anything new came.
    mutating func answered(after took: Duration, of hold: Duration, now: Duration) {
        if took >= hold * 0.8 {
            // A second passes also where requests wait for their turn.
            if hold > .seconds(1) { settle(.held, now) }
        } else if took < hold / 2 {
            contrary += 1
            if contrary >= 2 { settle(.instant, now) }
        }
    }

    /// The endpoint has no such operation, or so it says (404, 405, 501): one 404 is no proof.
    mutating func denied(now: Duration) {
        contrary += 1
        // What was found once needs no more than a look to be found again.
        if contrary >= 3 || kind == .absent { settle(.absent, now) }
    }

    /// The operation exists: it has brought something.
    mutating func served() {
        contrary = 0
        if kind == .absent { kind = .unknown }
    }

    private mutating func settle(_ verdict: Kind, _ now: Duration) {
        kind = verdict
        contrary = 0
        since = now
    }
}
