import ArgumentParser

@main
struct EtlBench: AsyncParsableCommand {
    mutating func run() async throws {}
}
