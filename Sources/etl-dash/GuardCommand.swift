import ArgumentParser
import LocalEndpoint
import UnixSignals

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// `etl-dash guard`: runs a program so that it ends with the endpoint that started it.
struct GuardCommand: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "guard",
        abstract: "Run a worker program that ends with its parent.",
        shouldDisplay: false
    )

    @Argument(parsing: .postTerminator, help: "The program and its arguments.")
    var program: [String] = []

    func perform() async throws -> CommandStatus {
        guard let name = program.first else { throw UsageProblem("no program to run; give one after --") }
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        do {
            let status = try await ProcessGuard.run(
                program: name,
                arguments: Array(program.dropFirst()),
                signals: signals.map(\.rawValue),
                input: StandardInput.isPipe ? STDIN_FILENO : nil
            )
            return .program(status.shellStatus)
        } catch {
            throw UsageProblem("\(name) can't be started: \(error)")
        }
    }
}

/// What standard input is connected to.
enum StandardInput {
    /// Whether it is a pipe or a socket: only there does somebody's end show as end of file.
    static var isPipe: Bool {
        var status = stat()
        guard fstat(STDIN_FILENO, &status) == 0 else { return false }
        return [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
    }
}
