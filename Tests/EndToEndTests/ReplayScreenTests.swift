import FoundationEssentials
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("The screen of a replay", .serialized, .timeLimit(.minutes(5)))
struct ReplayScreenTests {
    private static let record = Installation.sampleRecord

    /// Calls `body` with a replay that is at its end, or soon will be.
    private func replay(
        speed: String = "10000",
        width: Int = 120,
        height: Int = 36,
        _ body: (Installation, TerminalProgram) async throws -> Void
    ) async throws {
        try await Installation.with { etlDash in
            let arguments = ["replay", Self.record, "--speed", speed]
            try await etlDash.onTerminal(arguments, width: width, height: height) { replay in
                try await body(etlDash, replay)
            }
        }
    }

    /// The frame that `--once` prints of the same moment.
    private func frame(_ etlDash: Installation, _ width: Int, _ height: Int) async throws -> [String] {
        let size = "\(width)x\(height)"
        let arguments = ["replay", Self.record, "--speed", "10000", "--once", "--size", size]
        let outcome = try await etlDash.run(arguments)
        #expect(outcome.ending == .code(0), "\(outcome.errorText)")
        return outcome.outputText.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { String($0) }
    }

    @Test("What --once prints is what the screen shows", arguments: [(120, 36), (80, 24), (60, 15), (40, 10), (20, 5)])
    func once(width: Int, height: Int) async throws {
        try await replay(width: width, height: height) { etlDash, replay in
            let frame = try await frame(etlDash, width, height)
            try await replay.waitForScreen { $0.lines == frame }
            replay.send("q")
            #expect(try await replay.waitForEnd() == 0)
            replay.expectGivenBack()
            #expect(replay.screen.unknown.isEmpty, "\(replay.screen.unknown)")
        }
    }

    @Test("After 200 sizes in a row the right frame stands there")
    func resizeStorm() async throws {
        try await replay { etlDash, replay in
            try await replay.waitFor("12/12", "DONE")
            var generator = SeededGenerator(seed: 11)
            for _ in 0..<200 {
                replay.resize(
                    width: Int.random(in: 1...200, using: &generator),
                    height: Int.random(in: 1...60, using: &generator)
                )
                await Task.yield()
            }
            replay.resize(width: 100, height: 30)
            let frame = try await frame(etlDash, 100, 30)
            try await replay.waitForScreen { $0.lines == frame }
            replay.send("q")
            #expect(try await replay.waitForEnd() == 0)
        }
    }

    @Test("2,000 random keys neither end it nor spoil the screen", arguments: [1, 2] as [UInt64])
    func randomKeys(seed: UInt64) async throws {
        try await replay(speed: "2") { etlDash, replay in
            try await replay.waitFor("w1 RUN")
            var generator = SeededGenerator(seed: seed)
            // Neither q nor ^C, ^Z, ^\\, which leave on purpose; Esc makes Alt of what follows it.
            let special = [
                "\r", "\t", "\u{1B}", "\u{1B}[Z", "\u{1B}OA", "\u{1B}OB", "\u{1B}OC", "\u{1B}OD", "\u{1B}[5~",
                "\u{1B}[6~",
                "\u{1B}OH", "\u{1B}OF", "\u{C}", "\u{4}", "\u{15}", "\u{7F}", "é", "漢", "\u{1B}[200~paste q\u{1B}[201~",
                "\u{1B}OP", "\u{1B}[I", "\u{1B}[O", "\u{1B}[<0;3;3M",
            ]
            let letters = (0x20...0x7E).compactMap { UnicodeScalar($0) }.map { String($0) }.filter { $0 != "q" }
            for _ in 0..<100 {
                let keys = (0..<20).compactMap { _ in (special + letters + special).randomElement(using: &generator) }
                replay.send(keys.joined())
                await Task.yield()
            }
            replay.send("\u{C}")
            try await replay.waitForScreen { screen in screen.lines.contains { $0.contains("20250101-") } }
            #expect(replay.pid != nil)
            #expect(replay.screen.unknown.isEmpty, "\(replay.screen.unknown)")
            // Esc out of whatever prompt or filter the keys led to, and q back page by page, until it leaves; with a pause,
            // for Esc at once before a key would be Alt.
            let hasLeft = await becomesTrue {
                replay.send("\u{1B}")
                try await Task.sleep(for: .milliseconds(100))
                replay.send("q")
                try await Task.sleep(for: .milliseconds(100))
                return replay.pid == nil
            }
            #expect(hasLeft)
            #expect(try await replay.waitForEnd() == 0)
            replay.expectGivenBack()
        }
    }

    @Test("Ctrl-Z gives the terminal back and stops it; continued, the screen is whole again")
    func suspend() async throws {
        try await replay { _, replay in
            let before = try await replay.waitFor("12/12", "DONE", "w4 DONE")
            replay.send("\u{1A}")
            try await replay.waitForStop()
            replay.expectGivenBack("while it is stopped")
            replay.continueInForeground()
            try await replay.waitForScreen { $0.isAlternate && $0.lines == before.lines }
            replay.signal(SIGSTOP)
            try await replay.waitForStop(2)
            replay.continueInForeground()
            try await replay.waitForScreen { $0.isAlternate && $0.lines == before.lines }
            replay.send("q")
            #expect(try await replay.waitForEnd() == 0)
            replay.expectGivenBack()
        }
    }

    @Test("A frame is one write in brackets: half of them within 2 kB, all but the largest within 8 kB")
    func budget() async throws {
        try await replay(speed: "4") { _, replay in
            // The first paint comes before the terminal has said that it knows brackets.
            try await replay.waitForScreen { $0.brackets >= 2 && $0.contains("w4 ") }
            let opening = replay.terminal.traffic
            try await replay.waitFor("12/12", "DONE")
            let traffic = replay.terminal.traffic
            let frames = traffic.frames.sorted()
            #expect(frames.count <= 80)
            let between = [opening, traffic].map { $0.bytes - $0.frames.reduce(0, +) }
            #expect(between[0] == between[1], "nothing is written between frames")
            #expect(frames[frames.count / 2] <= 2_000, "median \(frames[frames.count / 2])")
            #expect(frames[frames.count * 99 / 100] <= 8_000, "p99 \(frames[frames.count * 99 / 100])")
            let (reads, painted) = (traffic.reads - opening.reads, frames.count - opening.frames.count)
            #expect(reads <= painted + painted / 10 + 1, "\(reads) reads of \(painted) frames")
        }
    }
}
