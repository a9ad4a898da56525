import Synchronization

extension KillSite {
    /// Fetches of each page so far.
    final class Counts: Sendable {
        private let counts = Mutex<[Int: Int]>([:])

        /// Counts one more and gives its number, from 1.
        func next(_ index: Int) -> Int {
            counts.withLock { counts in
                counts[index, default: 0] += 1
                return counts[index, default: 0]
            }
        }
    }
}
