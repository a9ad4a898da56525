/// How long the site takes to answer, drawn for each page from its path alone.
package enum SampleLatency {
    /// Points of the distribution: what fraction of the pages answers within how many seconds.
    ///
    /// Straight lines between them. The shape is that of a log-normal distribution cut at both ends, as waiting times
    /// for news pages are: median 1.8 s, mean 2.0 s, a tenth above 3.4 s, none above 5 s.
    package static let quantiles: [(fraction: Double, seconds: Double)] = [
        (0, 0.5), (0.10, 0.9), (0.25, 1.3), (0.50, 1.8), (0.75, 2.5), (0.90, 3.4), (1, 5.0),
    ]

    /// The seconds that the page at `path` takes: the same in every run.
    package static func seconds(path: String) -> Double {
        let draw = uniform(path)
        for (lower, upper) in zip(quantiles, quantiles.dropFirst()) where draw < upper.fraction {
            let part = (draw - lower.fraction) / (upper.fraction - lower.fraction)
            return lower.seconds + part * (upper.seconds - lower.seconds)
        }
        return quantiles[quantiles.count - 1].seconds
    }

    /// A number from 0 up to 1 that depends on every byte of `text`: FNV-1a, then the finalizer of MurmurHash3.
    static func uniform(_ text: String) -> Double {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
        for byte in text.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        hash ^= hash >> 33
        return Double(hash >> 11) / Double(1 << 53)
    }

    /// Picks the draws: with this one the shares come out as ``SampleNews/stories`` says, which a test computes.
    private static let seed: UInt64 = 25
}
