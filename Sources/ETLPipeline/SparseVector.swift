/// A vector that stores only what is not zero.
package struct SparseVector: Sendable, Hashable {
    /// The term numbers, ascending.
    package private(set) var terms: [Int32]
    /// The weight of each term.
    package private(set) var weights: [Double]

    /// Creates a vector from weights by term number.
    package init(_ entries: [Int32: Double] = [:]) {
        let sorted = entries.sorted { $0.key < $1.key }
        terms = sorted.map(\.key)
        weights = sorted.map(\.value)
    }

    /// The Euclidean length.
    package var length: Double {
        weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }

    /// The vector of length 1 in the same direction; a vector of zeros stays as it is.
    package var normalised: SparseVector {
        let length = length
        guard length > 0 else { return self }
        var copy = self
        for place in copy.weights.indices { copy.weights[place] /= length }
        return copy
    }

    /// The scalar product: the cosine of the angle when both have length 1.
    package func dot(_ other: SparseVector) -> Double {
        var sum = 0.0
        var here = 0
        var there = 0
        while here < terms.count, there < other.terms.count {
            if terms[here] == other.terms[there] {
                sum += weights[here] * other.weights[there]
                here += 1
                there += 1
            } else if terms[here] < other.terms[there] {
                here += 1
            } else {
                there += 1
            }
        }
        return sum
    }

    /// The sum of vectors, added in their order.
    package static func sum(_ vectors: some Sequence<SparseVector>) -> SparseVector {
        var total: [Int32: Double] = [:]
        for vector in vectors {
            for (term, weight) in zip(vector.terms, vector.weights) { total[term, default: 0] += weight }
        }
        return SparseVector(total)
    }
}
