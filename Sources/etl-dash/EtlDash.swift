import ArgumentParser

@main
struct EtlDash: AsyncParsableCommand {
    mutating func run() async throws {}
}
