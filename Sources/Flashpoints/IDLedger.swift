import Crypto

/// The ids seen so far, to find one that comes again.
///
/// Keeps 128 bits of each id's SHA-256 and a number of the caller's, some 30 to 60 bytes an id whatever its length. Two
/// ids are taken for equal by mistake with a probability of 10⁻²⁶ in a batch of a million.
struct IDLedger: Sendable {
    private struct Key: Hashable {
        var high: UInt64
        var low: UInt64
    }

    private var places: [Key: UInt32] = [:]

    /// Notes `id` at `place`; returns the place where the same id was noted before, if any.
    mutating func note(_ id: String, at place: Int) -> Int? {
        let digest = SHA256.hash(data: Array(id.utf8))
        let (high, low) = digest.withUnsafeBytes { bytes in
            (
                bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            )
        }
        let key = Key(high: high, low: low)
        if let earlier = places[key] { return Int(earlier) }
        places[key] = UInt32(clamping: place)
        return nil
    }
}
