import ArgumentParser

/// The figures: speed and memory, measured on the machine it runs on and asserted nowhere.
@main
struct EtlBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "etl-bench",
        abstract: "Measures etl-dash; build it with -c release.",
        subcommands: [
            InputBench.self, JournalBench.self, EngineBench.self, WorkerBench.self, ScreenBench.self,
            ScreenBenchSubject.self,
        ]
    )
}
