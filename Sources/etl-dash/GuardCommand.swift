import ArgumentParser
import LocalEndpoint
import UnixSignals

/// `etl-dash guard`: runs a program so that it ends with the endpoint that started it.
struct GuardCommand: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "guard",
        abstract: "Run a worker program that ends with its parent.",
        shouldDisplay: false
    )

    @Argument(parsing: .postTerminator, help: "The program and its arguments.")
    var program: [String] = []

    func validate() throws {
        if program.isEmpty { throw ValidationError("No program to run; give one after --.") }
    }

    func perform() async throws -> CommandStatus {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        do {
            let status = try await ProcessGuard.run(
                program: program[0],
                arguments: Array(program.dropFirst()),
                signals: signals.map(\.rawValue)
            )
            return .program(status.shellStatus)
        } catch {
            throw UsageProblem("\(program[0]) can't be started: \(error)")
        }
    }
}
