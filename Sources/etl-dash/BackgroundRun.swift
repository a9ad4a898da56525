import FoundationEssentials
import RunJournal
import Settings

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Goes on with a stopped run in a process of its own, which needs no terminal and outlives this one.
struct BackgroundRun: Sendable {
    /// How the run goes on.
    struct Started: Sendable {
        var pid: Int32
        /// Where the process writes what it has to say; `nil` when it writes where this one did.
        var words: String?
    }

    /// The run could not go on.
    struct Problem: Error, CustomStringConvertible {
        let run: String
        let what: String

        var description: String {
            "run \(run) could not go on in the background: \(what); go on with it here: etl-dash resume \(run)"
        }
    }

    /// Which of this process's streams are terminals, as it was before one could go away.
    struct Terminals: Sendable {
        var output: Bool
        var error: Bool

        /// As it is now.
        static var now: Terminals {
            Terminals(output: isatty(STDOUT_FILENO) == 1, error: isatty(STDERR_FILENO) == 1)
        }
    }

    let folder: RunFolder
    let settings: Settings
    /// What was typed for `--env-file`.
    let envFile: String?
    let outputs: OutputFlags
    let terminals: Terminals

    /// `POSIX_SPAWN_SETSID`, which the headers of glibc and musl show only to who asks for all of GNU.
    #if canImport(Darwin)
    private static let newSession = Int32(POSIX_SPAWN_SETSID)
    #else
    private static let newSession: Int32 = 0x80
    #endif

    private var wordsPath: String { "\(folder.path)/background.log" }

    /// `resume`, with what was typed for this process and is not on disk or in the environment.
    var arguments: [String] {
        var arguments = ["resume", folder.run, "--plain"]
        if let envFile { arguments += ["--env-file", envFile] }
        if let output = outputs.output { arguments += ["--output", output] }
        // Data goes on where it went, unless that was the terminal.
        if !terminals.output {
            if outputs.json { arguments.append("--json") }
            if outputs.events { arguments.append("--events") }
        }
        return arguments
    }

    /// The environment with the settings that were given as flags.
    func environment(_ inherited: [String: String]) -> [String: String] {
        var environment = inherited
        var texts = settings.childEnvironment(from: [:])
        texts[Settings.Key.runpodEndpoint.rawValue] = settings.runpodEndpoint?.absoluteString
        for key in Settings.Key.allCases {
            if case .flag = settings.provenance(of: key) { environment[key.rawValue] = texts[key.rawValue] }
        }
        return environment
    }

    /// Starts the process and waits until it drives the run.
    ///
    /// - Throws: ``Problem`` when it does not come to that; `UsageProblem` when this program can't be found.
    func start() async throws -> Started {
        let command = try WorkerProgram.command(arguments: arguments)
        let words = terminals.output || terminals.error ? wordsPath : nil
        let pid = try spawn(command, environment(ProcessInfo.processInfo.environment))
        // Some seconds on a busy machine; it has to load the run first.
        for _ in 0..<300 {
            if let holder = try? RunLock.holder(path: folder.lockPath), holder.pid == pid {
                return Started(pid: pid, words: words)
            }
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid {
                let code = status & 0x7F == 0 ? "status \((status >> 8) & 0xFF)" : "signal \(status & 0x7F)"
                // A run that had nothing left to do is at its end already.
                if code == "status 0" || code == "status 1" { return Started(pid: pid, words: words) }
                throw Problem(
                    run: folder.run,
                    what: "its process ended with \(code)" + (words.map { ", see \($0)" } ?? "")
                )
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Problem(run: folder.run, what: "process \(pid) does not take it up")
    }

    /// Starts a program in a session of its own, without a terminal, with our working directory.
    private func spawn(_ command: [String], _ environment: [String: String]) throws -> pid_t {
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (descriptor, isTerminal) in [(STDOUT_FILENO, terminals.output), (STDERR_FILENO, terminals.error)]
        where isTerminal {
            posix_spawn_file_actions_addopen(
                &actions,
                descriptor,
                wordsPath,
                O_WRONLY | O_CREAT | O_APPEND,
                mode_t(0o600)
            )
        }
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals are ours to trap and the screen's to block; the process begins as from a shell.
        var defaults = sigset_t()
        var blocked = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGCONT, SIGWINCH] { sigaddset(&defaults, signal) }
        sigemptyset(&blocked)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        let flags = Self.newSession | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var pid: pid_t = 0
        let code = withCStrings(command) { arguments in
            withCStrings(environment.map { "\($0)=\($1)" }) { variables in
                posix_spawn(&pid, command[0], &actions, &attributes, arguments, variables)
            }
        }
        guard code == 0 else { throw Problem(run: folder.run, what: String(cString: strerror(code))) }
        return pid
    }
}

/// Calls `body` with a null-terminated list of C strings.
private func withCStrings<Value>(
    _ texts: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
    let strings = texts.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    return strings.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("a list with an end has a beginning") }
        return body(base)
    }
}
