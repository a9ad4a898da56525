import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The command line: parses, runs one command, and ends with a status of ``CommandStatus``.
@main
struct EtlDash: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "etl-dash",
        abstract: "Splits a batch of flashpoints over RunPod Serverless workers and watches them.",
        subcommands: [
            RunCommand.self, PlanCommand.self, ResumeCommand.self, RetryCommand.self, AttachCommand.self,
            ReplayCommand.self, RunsCommand.self, ResultsCommand.self, LogsCommand.self, EndpointCommand.self,
            WorkerCommand.self, DoctorCommand.self, GuardCommand.self,
        ]
    )

    static func main() async {
        // A reader that leaves must not end a run.
        signal(SIGPIPE, SIG_IGN)
        await endProcess(status(of: Array(CommandLine.arguments.dropFirst())))
    }

    /// Runs the command that the arguments ask for and says on standard error what went wrong.
    static func status(of arguments: [String]) async -> CommandStatus {
        do {
            return try await perform(arguments)
        } catch {
            let failure = CommandFailure(error, arguments: arguments)
            let stream = failure.status == .succeeded ? StreamWriter.standardOutput : .standardError
            await stream.write(failure.lines.map { $0 + "\n" }.joined())
            return failure.status
        }
    }

    /// Parses and runs; a request for help is thrown as ArgumentParser has it.
    static func perform(_ arguments: [String]) async throws -> CommandStatus {
        var command = try await asyncParseAsRoot(arguments)
        if let command = command as? any StatusCommand { return try await command.perform() }
        // The command that ArgumentParser has for help.
        try command.run()
        return .succeeded
    }

    func perform() async throws -> CommandStatus {
        await StreamWriter.standardOutput.write(Self.firstSteps)
        return .succeeded
    }

    /// What bare `etl-dash` prints.
    static let firstSteps = """
        Three commands to try:
          etl-dash run --sample      twelve flashpoints over four workers on this machine
          etl-dash plan --simulate   the same engine in virtual time: shares, log lines, speedup
          etl-dash doctor            settings, key, endpoint and disk: what is wrong and what to do

        etl-dash --help lists all commands.

        """
}

/// Ends the process; outside the command, whose own `exit` would be meant inside.
private func endProcess(_ status: CommandStatus) -> Never { exit(status.code) }

/// A command that ends with a status rather than with an error of ArgumentParser's.
protocol StatusCommand: AsyncParsableCommand {
    /// Does what was asked; what is thrown becomes a line on standard error and its status.
    func perform() async throws -> CommandStatus
}
