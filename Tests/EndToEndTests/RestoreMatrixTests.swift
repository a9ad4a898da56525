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

@Suite("The terminal after a signal", .serialized, .timeLimit(.minutes(5)))
struct RestoreMatrixTests {
    enum Work: Sendable, CaseIterable {
        /// The recorded run is over, nothing moves.
        case idle
        /// Frames go out as fast as they may.
        case drawing
    }

    struct Signal: Sendable, CustomTestStringConvertible {
        let name: String
        let number: Int32

        var testDescription: String { name }

        static let all = [
            Signal(name: "TERM", number: SIGTERM), Signal(name: "INT", number: SIGINT),
            Signal(name: "HUP", number: SIGHUP), Signal(name: "QUIT", number: SIGQUIT),
            Signal(name: "ABRT", number: SIGABRT), Signal(name: "SEGV", number: SIGSEGV),
            Signal(name: "BUS", number: SIGBUS), Signal(name: "ILL", number: SIGILL),
            Signal(name: "TRAP", number: SIGTRAP), Signal(name: "FPE", number: SIGFPE),
        ]
    }

    private func withReplay<Value: Sendable>(
        _ work: Work,
        _ body: (TerminalProgram) async throws -> Value
    ) async throws -> Value {
        let record = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/sample.jsonl").path
        let course =
            switch work {
            case .idle: ["--at", "100000"]
            case .drawing: ["--speed", "4"]
            }
        return try await withTemporaryFolder { folder in
            try await withTerminalProgram(
                [try BuiltBinary.etlDash().path, "replay", record] + course,
                environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path],
                in: folder
            ) { program in
                try await program.waitForScreen { $0.isAlternate && $0.contains("w1 ") && $0.contains("w4 ") }
                if work == .drawing {
                    let brackets = program.screen.brackets
                    try await program.waitForScreen { $0.brackets > brackets + 3 }
                }
                return try await body(program)
            }
        }
    }

    @Test(
        "Has its settings, its modes and its screen again, and shows what was written to standard error meanwhile",
        arguments: Signal.all,
        Work.allCases
    )
    func restore(signal: Signal, work: Work) async throws {
        try await withReplay(work) { program in
            #expect(program.terminal.settings != program.settingsBefore)
            let pid = try #require(program.pid)
            write("stray words\n", toErrorsOf: pid)
            #expect(!program.screen.contains("stray"))
            program.signal(signal.number)
            let status = try await program.waitForEnd()
            let last = String(decoding: program.terminal.recording.suffix(400), as: UTF8.self).debugDescription
            #expect(status == 128 + signal.number, "\(last)")
            #expect(program.terminal.settings == program.settingsBefore)
            #expect(program.screen.isAtRest)
            #expect(!program.screen.isAlternate)
            #expect(program.screen.contains("stray words"), "\(last)")
            #expect(program.screen.unknown.isEmpty)
        }
    }

    @Test("Is the shell's while the program is stopped, and the program's again afterwards", arguments: Work.allCases)
    func suspend(work: Work) async throws {
        try await withReplay(work) { program in
            for round in 1...3 {
                program.send("\u{1A}")
                try await program.waitForStop(round)
                #expect(program.terminal.settings == program.settingsBefore)
                #expect(program.screen.isAtRest)
                program.continueInForeground()
                try await program.waitForScreen { $0.isAlternate && $0.contains("w1 ") && $0.contains("w4 ") }
            }
            program.send("q")
            #expect(try await program.waitForEnd() == 0)
            #expect(program.terminal.settings == program.settingsBefore)
            #expect(program.screen.isAtRest)
        }
    }

    @Test("Is painted anew after the program was stopped without being asked")
    func stopFromOutside() async throws {
        try await withReplay(.idle) { program in
            program.signal(SIGSTOP)
            try await program.waitForStop()
            let taken = program.screen.bytesTaken
            program.continueInForeground()
            // All of the screen, whatever a shell has written there that nobody asked for.
            let screen = try await program.waitForScreen { $0.bytesTaken > taken + 5_000 && $0.contains("w4 ") }
            #expect(screen.hasApplicationKeypad && !screen.hasCursor)
            program.send("q")
            #expect(try await program.waitForEnd() == 0)
            #expect(program.terminal.settings == program.settingsBefore)
        }
    }

    @Test("Ends the program when it hangs up", .timeLimit(.minutes(5)))
    func hangUp() async throws {
        try await withReplay(.drawing) { program in
            let pid = try #require(program.pid)
            program.terminal.hangUp()
            while ProcessTable.isRunning(pid) {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
    }

    /// Writes to what a process has as its standard error.
    private func write(_ text: String, toErrorsOf pid: Int32) {
        let file = open("/proc/\(pid)/fd/2", O_WRONLY | O_APPEND)
        defer { close(file) }
        let bytes = Array(text.utf8)
        #expect(bytes.withUnsafeBytes { systemWrite(file, $0) } == bytes.count)
    }
}

// The method above bears its name.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(file, bytes.baseAddress, bytes.count)
}
