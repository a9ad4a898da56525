import FoundationEssentials
import Settings
import TestSupport

/// Loads settings from a `.env` file with this text, and from nothing of the machine the test runs on.
func load(
    envFile text: String = "",
    environment: [String: String] = [:],
    flags: [Settings.Key: String] = [:]
) async throws -> Settings {
    try await withTemporaryFolder { folder in
        try Data(text.utf8).write(to: folder.appending(path: ".env"))
        return try Settings.load(
            environment: ["HOME": "/home/ann"].merging(environment) { $1 },
            workingDirectory: folder.path(percentEncoded: false),
            flags: flags
        )
    }
}

/// The lines of the error that loading ends with; empty when it succeeds.
func problems(
    envFile text: String = "",
    environment: [String: String] = [:],
    flags: [Settings.Key: String] = [:]
) async throws -> [String] {
    do {
        _ = try await load(envFile: text, environment: environment, flags: flags)
        return []
    } catch let error as SettingsError {
        return error.problems.map(\.description)
    }
}
