import Flashpoints
import FoundationEssentials
import TestSupport
import Testing

/// Each example of a handler, as its author would start it, and what becomes of a batch with it.
@Suite(
    "Handlers of other people, run by RunPod's SDK",
    .serialized,
    .enabled(
        if: ForeignHandler.python != nil,
        "ETL_DASH_SDK_PYTHON is not set: name a Python there that can import runpod (pip install runpod==1.12.0)"
    ),
    .timeLimit(.minutes(5))
)
struct ForeignHandlerTests {
    /// A handler, and what `etl-dash run` is to make of it.
    struct Expectation: Sendable, CustomTestStringConvertible {
        var file: String
        var environment: [String: String] = [:]
        var settings: [String: String] = [:]
        /// In input order, `null` where one failed.
        var results: JSONValue
        /// `id class: message` of each failure; the message's beginning suffices.
        var failures: [String] = []

        var testDescription: String { file + environment.map { " \($0)=\($1)" }.joined() }
    }

    static let expectations: [Expectation] = [
        Expectation(
            file: "list.py",
            results: [
                ["title": "Floods on the Po", "feeds": 2], ["title": "Rain", "feeds": 1], nil,
                ["title": "A vote is counted", "feeds": 1],
            ],
            failures: ["fp-c transient: the handler returned null"]
        ),
        Expectation(
            file: "results.py",
            results: [["title": "FLOODS ON THE PO"], ["title": "RAIN"], nil, ["title": "A VOTE IS COUNTED"]],
            failures: ["fp-c transient: no feeds to read"]
        ),
        Expectation(
            file: "out_of_order.py",
            results: ["Floods on the Po", "Rain", "A dam holds", "A vote is counted"]
        ),
        Expectation(
            file: "our_records.py",
            results: [["feeds": 2], ["feeds": 1], ["feeds": 0], ["feeds": 1]]
        ),
        Expectation(
            file: "own_records.py",
            environment: ["AGGREGATE": "1"],
            results: [["words": 4], ["words": 1], ["words": 3], ["words": 4]]
        ),
        Expectation(
            file: "own_records.py",
            environment: ["AGGREGATE": "0"],
            results: [["words": 4], ["words": 1], ["words": 3], ["words": 4]]
        ),
        Expectation(
            file: "goes_on.py",
            results: ["fine", "fine", nil, "fine"],
            failures: ["fp-c permanent in read: no feeds"]
        ),
        Expectation(
            file: "ids_only.py",
            settings: ["RUNPOD_PAYLOAD": "ids"],
            results: ["Floods on the Po", "Rain", nil, "A vote is counted"],
            failures: ["fp-c transient: the handler returned null"]
        ),
        Expectation(
            file: "unaware.py",
            results: [
                ["summary": "floods on the po rain", "tokens": 5], ["summary": "floods on the po rain", "tokens": 5],
                nil, nil,
            ],
            failures: ["fp-c transient: the model refuses dams", "fp-d transient: the model refuses dams"]
        ),
        // Nobody knows which of a job's flashpoints is to blame, so they go again, at last one by one.
        Expectation(
            file: "raises.py",
            results: ["fp-a", "fp-b", nil, "fp-d"],
            failures: ["fp-c transient: the job failed: no model is called A dam holds"]
        ),
        Expectation(
            file: "error.py",
            results: ["Floods on the Po", "Rain", nil, "A vote is counted"],
            failures: ["fp-c transient: the job failed: the licence server does not answer"]
        ),
        Expectation(
            file: "plain_text.py",
            results: [nil, nil, nil, nil],
            failures: ["fp-a", "fp-b", "fp-c", "fp-d"].map { "\($0) contract: " }
        ),
        Expectation(
            file: "empty.py",
            results: [nil, nil, nil, nil],
            failures: ["fp-a", "fp-b", "fp-c", "fp-d"].map { "\($0) contract: " }
        ),
        // Without a setting for it such a run stops itself, and asks its owner to look for the cause first.
        Expectation(
            file: "not_json.py",
            settings: ["ETL_BREAKER": "0"],
            results: [nil, nil, nil, nil],
            failures: ["fp-a", "fp-b", "fp-c", "fp-d"].map { "\($0) poison: its worker was lost twice" }
        ),
    ]

    @Test("The answer holds exactly what the handler said", arguments: expectations)
    func answer(_ expected: Expectation) async throws {
        let handler = ForeignHandler(file: expected.file, environment: expected.environment)
        let outcome = try await handler.run(environment: expected.settings)
        let comment = Comment(rawValue: outcome.errorText)
        let answer = try #require(try? outcome.answer(), comment)
        #expect(answer["results"] == expected.results, comment)
        let failures = answer["failures"]?.arrayValue ?? []
        let told = failures.map { failure in
            let words = ["id", "class", "stage", "message"].map { failure[$0]?.stringValue }
            let place = words[2].map { " in \($0)" } ?? ""
            return "\(words[0] ?? "?") \(words[1] ?? "?")\(place): \(words[3] ?? "?")"
        }
        #expect(told.count == expected.failures.count, comment)
        for (told, expected) in zip(told, expected.failures) {
            #expect(told.hasPrefix(expected), comment)
        }
        #expect(outcome.ending == .code(expected.failures.isEmpty ? 0 : 1), comment)
    }

    @Test("Every example is tried, is short, and says at its top what it shows")
    func examples() throws {
        let files = try ForeignHandler.all()
        #expect(Set(files) == Set(Self.expectations.map(\.file)))
        for file in files {
            let text = try String(contentsOf: ForeignHandler.folder.appending(path: file), encoding: .utf8)
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 31, "\(file) is long")
            #expect(text.hasPrefix(#"""""#), "\(file) does not say what it shows")
        }
    }
}
