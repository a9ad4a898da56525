import ETLPipeline
import FoundationEssentials
import Testing

@Suite struct TermVectorizerTests {
    /// Three documents whose weights can be worked out on paper: n = 3; df(a) = 3, df(b) = 1, df(c) = 2.
    private let corpus: [[String: Double]] = [["a": 1, "b": 1], ["a": 1, "c": 1], ["a": 1, "c": 3]]

    @Test("weights are (1 + ln tf)·(ln((1+n)/(1+df)) + 1), scaled to length 1")
    func byHand() throws {
        let vectors = try TermVectorizer().vectors(for: corpus)
        // idf: a = ln(4/4)+1 = 1, b = ln(4/2)+1 = 1.693147, c = ln(4/3)+1 = 1.287682.
        // First document: (1, 1.693147) / sqrt(1 + 2.866747) = (0.508543, 0.861037).
        #expect(vectors[0].terms == [0, 1])
        #expect(abs(vectors[0].weights[0] - 0.508543) < 1e-6)
        #expect(abs(vectors[0].weights[1] - 0.861037) < 1e-6)
        // Third: tf(c) = 1 + ln 3 = 2.098612; (1, 2.702345) / sqrt(1 + 7.302668) = (0.347049, 0.937847).
        #expect(vectors[2].terms == [0, 2])
        #expect(abs(vectors[2].weights[0] - 0.347049) < 1e-6)
        #expect(abs(vectors[2].weights[1] - 0.937847) < 1e-6)
        #expect(vectors.allSatisfy { abs($0.length - 1) < 1e-12 })
    }

    @Test("the cosine of vectors without a common term is 0, of a vector with itself 1")
    func cosine() throws {
        let vectors = try TermVectorizer().vectors(for: [["x": 2, "y": 1], ["z": 5]])
        #expect(vectors[0].dot(vectors[1]) == 0)
        #expect(abs(vectors[0].dot(vectors[0]) - 1) < 1e-12)
    }

    @Test("a document without terms has an empty vector")
    func empty() throws {
        let vectors = try TermVectorizer().vectors(for: [[:], ["a": 1]])
        #expect(vectors[0].terms.isEmpty)
        #expect(vectors[0].length == 0)
    }

    @Test("only the weightiest terms are kept")
    func termLimit() throws {
        var vectorizer = TermVectorizer()
        vectorizer.termLimit = 2
        let vectors = try vectorizer.vectors(for: [["a": 1, "b": 3, "c": 2]])
        #expect(vectors[0].terms == [1, 2])
    }

    @Test("sums add by term")
    func sums() {
        let sum = SparseVector.sum([SparseVector([1: 1, 3: 2]), SparseVector([3: 4])])
        #expect(sum.terms == [1, 3])
        #expect(sum.weights == [1, 6])
    }
}
