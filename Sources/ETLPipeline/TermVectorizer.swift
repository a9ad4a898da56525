#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Turns documents, given as counts of terms, into TF-IDF vectors of length 1.
///
/// Term frequency is sublinear, 1 + ln(count); inverse document frequency is smoothed, ln((1 + n) / (1 + df)) + 1, so
/// that a term of every document still counts (Manning, Raghavan, Schütze: *Introduction to Information Retrieval*,
/// 6.2 and 6.4.1, with the smoothing that adds one document holding every term).
package struct TermVectorizer: Sendable {
    /// Terms kept for one document, those of most weight.
    package var termLimit = 512

    package init() {}

    /// One vector for each document, in order; the same counts give the same vectors on every run.
    ///
    /// Counts need not be whole: a term in a headline may count for more than one.
    ///
    /// - Throws: `CancellationError` when cancelled, checked at each document.
    package func vectors(for documents: [[String: Double]]) throws -> [SparseVector] {
        var documentFrequency: [String: Int] = [:]
        for document in documents {
            try Task.checkCancellation()
            for term in document.keys { documentFrequency[term, default: 0] += 1 }
        }
        // Numbered in sorted order: a dictionary's own order changes with every run.
        let numbers = Dictionary(
            uniqueKeysWithValues: documentFrequency.keys.sorted().enumerated().map { ($1, Int32($0)) }
        )
        return try documents.map { document in
            try Task.checkCancellation()
            var weights: [Int32: Double] = [:]
            for (term, count) in document {
                guard let number = numbers[term], let frequency = documentFrequency[term], count > 0 else { continue }
                let idf = log(Double(1 + documents.count) / Double(1 + frequency)) + 1
                weights[number] = (1 + log(max(1, count))) * idf
            }
            if weights.count > termLimit {
                let kept = weights.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(termLimit)
                weights = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
            }
            return SparseVector(weights).normalised
        }
    }
}

extension [String: Double] {
    /// Counts terms; each occurrence adds `weight`.
    mutating func count(_ terms: some Sequence<String>, weight: Double = 1) {
        for term in terms { self[term, default: 0] += weight }
    }
}
