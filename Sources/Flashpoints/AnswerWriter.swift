/// Writes the whole answer of a run, results in input order, without ever holding them all.
package struct AnswerWriter: Sendable {
    /// The results of the flashpoints at these positions, each as JSON, nil where there is none.
    package typealias Results = (_ page: Range<Int>) async throws -> [[UInt8]?]
    /// The next failures whose index is at least `index`, ascending; none when there are no more.
    package typealias Failures = (_ index: Int) async throws -> [RunFailure]

    private let answer: RunAnswer
    private let pageSize: Int

    /// Writes `answer`, asking for `pageSize` results at a time.
    package init(_ answer: RunAnswer, pageSize: Int = 64) {
        precondition(pageSize > 0, "a page holds at least one result")
        self.answer = answer
        self.pageSize = pageSize
    }

    /// Gives the answer to `sink` as one line of JSON in pieces, the newline at the end included.
    ///
    /// - Throws: What `results`, `failures` and `sink` throw; `Failure` of class contract when a page has the wrong
    ///   number of results.
    package func write(
        results: Results,
        failures: Failures,
        to sink: ([UInt8]) async throws -> Void
    ) async throws {
        var piece = Array("{".utf8)
        for key in RunAnswer.CodingKeys.allCases {
            guard let value = answer.value(of: key) else { continue }
            piece += Array(#""\#(key.rawValue)":"#.utf8)
            piece += try JSONCoding.encode(value)
            piece.append(.comma)
        }
        piece += Array(#""results":["#.utf8)
        var start = 0
        while start < answer.flashpoints {
            let page = start..<min(start + pageSize, answer.flashpoints)
            let values = try await results(page)
            guard values.count == page.count else {
                throw Failure(.contract, "\(values.count) results came for the flashpoints \(page), not \(page.count)")
            }
            for (index, value) in zip(page, values) {
                if index > 0 { piece.append(.comma) }
                piece += value ?? Array("null".utf8)
                try await flush(&piece, over: 1 << 16, to: sink)
            }
            start = page.upperBound
        }
        piece += Array(#"],"failures":["#.utf8)
        var next = 0
        var page = try await failures(next)
        while let last = page.last {
            for (position, failure) in page.enumerated() {
                if next > 0 || position > 0 { piece.append(.comma) }
                piece += try JSONCoding.encode(failure)
                try await flush(&piece, over: 1 << 16, to: sink)
            }
            next = last.index + 1
            page = try await failures(next)
        }
        piece += Array("]}\n".utf8)
        try await flush(&piece, over: 0, to: sink)
    }

    private func flush(
        _ piece: inout [UInt8],
        over limit: Int,
        to sink: ([UInt8]) async throws -> Void
    ) async throws {
        guard piece.count > limit else { return }
        try await sink(piece)
        piece.removeAll(keepingCapacity: true)
    }
}
