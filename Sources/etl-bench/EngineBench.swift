import ArgumentParser
import RunEngine

/// Drives a whole run over workers that take no real time, with its journal in memory.
struct EngineBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "engine", abstract: "Drive a run in virtual time.")

    @Option(help: "Flashpoints of the run.")
    var flashpoints = 20_000

    @Option(help: "Workers.")
    var workers = 16

    @Option(help: "Flashpoints of a chunk, at most.")
    var perChunk = 10

    func run() async throws {
        let (plan, _) = benchPlan(flashpoints: flashpoints, workers: workers, perChunk: perChunk)
        let (played, measured) = try await Measurement.of {
            try Simulation.play(plan) { _ in 10 }
        }
        print(measured.line("\(flashpoints) flashpoints, \(played.events.count) events", count: flashpoints))
    }
}
