import Canvas
import TestSupport
import Testing

@testable import Terminal

extension TerminalTests {
    @Suite("Start checks")
    struct CheckTests {
        private func problem(_ environment: [String: String]) async throws -> TerminalProblem? {
            try await withPseudoTerminal { pseudo in
                defer { #expect(pseudo.recording.isEmpty) }
                do throws(TerminalProblem) {
                    try Terminal.check(input: pseudo.slave, output: pseudo.slave, environment: environment)
                    return nil
                } catch {
                    return error
                }
            }
        }

        @Test(
            "Says what is wrong with TERM, and what to try",
            arguments: [
                (nil, "TERM is not set", .dumb),
                ("", "TERM is not set", .dumb),
                ("dumb", "TERM=dumb is a terminal that can't move its cursor", .dumb),
                ("unknown", "TERM=unknown says nothing of the terminal", .unusable),
                ("no-such-terminal", "TERM=no-such-terminal is not known on this machine", .unusable),
            ] as [(String?, String, TerminalProblem.Reason)]
        )
        func problems(type: String?, start: String, reason: TerminalProblem.Reason) async throws {
            let problem = try #require(try await problem(type.map { ["TERM": $0] } ?? [:]))
            #expect(problem.description.hasPrefix(start))
            #expect(problem.description.hasSuffix("; try TERM=xterm-256color or --plain"))
            #expect(problem.text(orElse: "--once").hasSuffix(" or --once"))
            #expect(problem.reason == reason)
        }

        @Test("Wants terminals for input and output, input first", .timeLimit(.minutes(5)))
        func notATerminal() async throws {
            try await withPseudoTerminal { pseudo in
                let file = systemOpen("/dev/null")
                defer { close(file) }
                let environment = ["TERM": "dumb"]
                #expect(
                    throws: TerminalProblem(
                        "standard input is not a terminal, so no keys can come",
                        remedy: nil,
                        .notATerminal
                    )
                ) {
                    try Terminal.check(input: file, output: file, environment: environment)
                }
                #expect(throws: TerminalProblem("standard output is not a terminal", remedy: nil, .notATerminal)) {
                    try Terminal.check(input: pseudo.slave, output: file, environment: environment)
                }
            }
        }

        @Test("Opens nothing that would fail the check", .timeLimit(.minutes(5)))
        func open() async throws {
            try await withPseudoTerminal { pseudo in
                let settings = pseudo.settings
                await #expect(throws: TerminalProblem.self) {
                    try await Terminal.with(pseudo.options(environment: ["TERM": "dumb"])) { _ in }
                }
                #expect(pseudo.settings == settings)
                #expect(pseudo.recording.isEmpty)
            }
        }

        @Test("Tells what a terminal can do", .timeLimit(.minutes(5)))
        func abilities() async throws {
            try await withPseudoTerminal(width: 100, height: 30) { pseudo in
                let environment = ["TERM": "xterm-256color", "COLORFGBG": "0;15"]
                let abilities = try Terminal.check(input: pseudo.slave, output: pseudo.slave, environment: environment)
                #expect(abilities.type == "xterm-256color")
                #expect(abilities.size == Size(100, 30))
                #expect(abilities.profile.depth == .palette)
                #expect(abilities.profile.background == .light)
            }
        }

        @Test(
            "Chooses colours by option, then NO_COLOR, then CLICOLOR_FORCE",
            arguments: [
                (.automatic, [:], true, true),
                (.automatic, [:], false, false),
                (.automatic, ["NO_COLOR": ""], true, true),
                (.automatic, ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], true, false),
                (.automatic, ["CLICOLOR_FORCE": "1"], false, true),
                (.automatic, ["CLICOLOR_FORCE": "0"], false, false),
                (.always, ["NO_COLOR": "1"], false, true),
                (.never, ["CLICOLOR_FORCE": "1"], true, false),
            ] as [(ColourChoice, [String: String], Bool, Bool)]
        )
        func colours(choice: ColourChoice, environment: [String: String], isTerminal: Bool, expected: Bool) {
            #expect(choice.wantsColours(environment: environment, isTerminal: isTerminal) == expected)
        }
    }
}
