import Flashpoints
import RunPodServerless
import Settings

/// Results in input order, nil where a flashpoint failed.
func clusters(of flashpoints: [Flashpoint]) async throws -> [JSONValue?] {
    let settings = try Settings.load()
    let manager = RunPodServerlessManager(
        workers: settings.runpodWorkers,
        settings: settings,
        workerCommand: ["/usr/local/bin/etl-dash", "worker"]
    )
    return try await manager.distributeToWorkers(flashpoints, date: "2025-01-01", cleanup: true)
}
