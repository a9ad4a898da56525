import Flashpoints
import FoundationEssentials
import TestSupport
import Testing

@Suite("What etl-dash endpoint prints", .serialized, .timeLimit(.minutes(5)))
struct EndpointGuideTests {
    /// The lines that it printed, as a shell takes them.
    private struct Guide {
        var client: [String]
        var worker: [String]
        /// What its comments have to type, each a line of its own.
        var examples: [String]

        init(_ lines: [String]) {
            let exports = lines.filter { $0.hasPrefix("export ") }
            let first = exports.firstIndex { $0.contains("RUNPOD_AI_API_KEY") } ?? exports.endIndex
            client = Array(exports[..<first])
            worker = Array(exports[first...])
            var examples: [String] = []
            for line in lines where line.hasPrefix("#   ") {
                let text = String(line.dropFirst("#   ".count))
                if let last = examples.last, last.hasSuffix("\\") {
                    examples[examples.count - 1] = String(last.dropLast()) + text
                } else {
                    examples.append(text)
                }
            }
            self.examples = examples
        }
    }

    private func withShell<Value: Sendable>(
        _ lines: [String],
        in etlDash: Installation,
        _ body: (ChildProgram) async throws -> Value
    ) async throws -> Value {
        try await withChildProgram(
            ["/bin/sh", "-c", lines.joined(separator: "\n")],
            environment: etlDash.surroundings,
            in: etlDash.folder,
            body
        )
    }

    /// What a command prints as JSON.
    private func answer(_ lines: [String], in etlDash: Installation) async throws -> JSONValue {
        try await withShell(lines, in: etlDash) { shell in
            let outcome = try await shell.waitForEnd()
            #expect(outcome.ending == .code(0), "\(outcome.errorText)")
            return try outcome.answer()
        }
    }

    @Test("Its lines make a client, workers that are told apart, coordinators and calls of curl")
    func lines() async throws {
        try await NewsSite.with { site in
            try await Installation.with { etlDash in
                try etlDash.write("batch.json", site.batch)
                try await etlDash.start(["endpoint"]) { endpoint in
                    try await endpoint.waitForLine(on: .output) { $0.contains("runpod.Endpoint(") }
                    let guide = Guide(endpoint.lines(on: .output))
                    let calls = guide.examples.filter { $0.hasPrefix("curl ") }
                    try #require(calls.count == 2)
                    let coordinator = try #require(guide.examples.first { $0.contains("RUNPOD_ENDPOINT_ID") })
                    let program = "exec '\(etlDash.program.path)'"
                    let worker = guide.client + guide.worker + [coordinator, "\(program) worker"]
                    let run = "\(program) run batch.json --workers 2 --json --date 2025-01-01"
                    try await withShell(worker, in: etlDash) { _ in
                        try await withShell(worker, in: etlDash) { _ in
                            let areTwo = await becomesTrue {
                                try await answer([calls[0]], in: etlDash)["workers"]?["idle"] == 2
                            }
                            #expect(areTwo)
                            #expect(try await answer([calls[1]], in: etlDash)["status"] == "IN_QUEUE")
                            for arguments in ["", " --remote"] {
                                let outcome = try await answer(guide.client + [run + arguments], in: etlDash)
                                #expect(outcome["succeeded"] == 12, "\(arguments)")
                            }
                        }
                    }
                }
            }
        }
    }
}
