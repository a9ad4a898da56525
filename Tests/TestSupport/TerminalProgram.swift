package import FoundationEssentials
import Subprocess

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A program that a test runs in a terminal, as a shell with job control does: in the foreground, and continued there
/// after it was suspended.
package final class TerminalProgram: Sendable {
    package let terminal: PseudoTerminal
    /// The settings that the program found.
    package let settingsBefore: [UInt]
    private let shell: Int32

    fileprivate init(terminal: PseudoTerminal, settingsBefore: [UInt], shell: Int32) {
        self.terminal = terminal
        self.settingsBefore = settingsBefore
        self.shell = shell
    }

    package var screen: ScreenModel { terminal.screen }

    /// The program's process, as long as it is there.
    package var pid: Int32? { ProcessTable.children(of: shell).first }

    /// Types; takes escape sequences as they are.
    package func send(_ keys: String) { terminal.send(keys) }

    package func resize(width: Int, height: Int) { terminal.resize(width: width, height: height) }

    /// Sends a signal to the program alone.
    package func signal(_ signal: Int32) {
        if let pid { kill(pid, signal) }
    }

    @discardableResult
    package func waitForScreen(
        within limit: Duration = .seconds(120),
        where isWanted: @escaping @Sendable (ScreenModel) -> Bool
    ) async throws -> ScreenModel {
        try await terminal.waitForScreen(within: limit, where: isWanted)
    }

    /// Gives the exit status as a shell tells it, 128+n after signal n; the terminal is still there afterwards.
    @discardableResult
    package func waitForEnd(within limit: Duration = .seconds(120)) async throws -> Int32 {
        let screen = try await waitForScreen(within: limit) { $0.commands.contains { $0.hasPrefix(Mark.ended) } }
        let mark = screen.commands.last { $0.hasPrefix(Mark.ended) }
        return mark.flatMap { Int32($0.dropFirst(Mark.ended.count)) } ?? -1
    }

    /// Returns once the program has been stopped for the given number of times.
    package func waitForStop(_ count: Int = 1, within limit: Duration = .seconds(120)) async throws {
        try await waitForScreen(within: limit) { $0.commands.count { $0 == Mark.stopped } >= count }
    }

    /// Has the shell take the stopped program to the foreground again.
    package func continueInForeground() { terminal.send("\n") }

    fileprivate enum Mark {
        static let started = "777;started"
        static let stopped = "777;stopped"
        static let ended = "777;ended;"
    }
}

extension TerminalProgram {
    /// The session's leader: opens the terminal, which thereby becomes its own, and stays until the test is through,
    /// since the terminal's settings go with it.
    fileprivate static let shellScript = """
        terminal=$1; errors=$2; shift 2
        exec 0<>"$terminal" 1>&0 2>&0
        ulimit -c 0
        set -m
        mark() { printf '\\033]777;%s\\033\\\\' "$1"; }
        mark started
        if [ -n "$errors" ]; then "$@" 2>"$errors"; else "$@"; fi
        status=$?
        while [ "$status" -eq \(128 + SIGTSTP) ] || [ "$status" -eq \(128 + SIGSTOP) ]; do
            mark stopped
            read -r line
            fg >/dev/null
            status=$?
        done
        mark "ended;$status"
        read -r line
        """
}

/// Runs a program in a terminal of its own while `body` runs, and kills what is left of it afterwards.
///
/// - Parameters:
///   - command: The program's path and its arguments.
///   - environment: All of it but `TERM` and `LANG`, which say xterm-256color and UTF-8 unless they are given.
///   - errorFile: Where its standard error goes instead of the terminal.
package func withTerminalProgram<Value: Sendable>(
    _ command: [String],
    environment: [String: String],
    in folder: URL,
    width: Int = 120,
    height: Int = 36,
    answers: ScreenModel.Answers = .modern,
    errorFile: URL? = nil,
    _ body: (TerminalProgram) async throws -> Value
) async throws -> Value {
    let variables = ["TERM": "xterm-256color", "LANG": "C.UTF-8"].merging(environment) { $1 }
    return try await withPseudoTerminal(width: width, height: height, answers: answers) { terminal in
        let settings = terminal.settings
        let arguments = ["-c", TerminalProgram.shellScript, "sh", terminal.name, errorFile?.path ?? ""] + command
        return try await withChildProgram(
            ["/bin/sh"] + arguments,
            environment: variables,
            in: folder,
            isSessionLeader: true
        ) { shell in
            let program = TerminalProgram(terminal: terminal, settingsBefore: settings, shell: shell.pid)
            defer { program.kill() }
            try await program.waitForScreen { $0.commands.contains(TerminalProgram.Mark.started) }
            return try await body(program)
        }
    }
}

extension TerminalProgram {
    /// Kills all that runs in the terminal.
    fileprivate func kill() {
        for pid in ProcessTable.descendants(of: shell) { kill(pid, SIGKILL) }
        kill(shell, SIGKILL)
    }

    private func kill(_ pid: Int32, _ signal: Int32) {
        #if canImport(Glibc)
        _ = Glibc.kill(pid, signal)
        #elseif canImport(Musl)
        _ = Musl.kill(pid, signal)
        #else
        _ = Darwin.kill(pid, signal)
        #endif
    }
}
