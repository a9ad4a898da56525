import ArgumentParser
import FoundationEssentials
import Settings

extension ArgumentHelp {
    /// The help of a setting's flag, from the table of settings.
    static func setting(_ key: Settings.Key, _ valueName: String? = nil) -> ArgumentHelp {
        let purpose = key.help.hasSuffix(".") ? String(key.help.dropLast()) : key.help
        return ArgumentHelp("\(purpose) (\(key.rawValue); default: \(key.defaultText)).", valueName: valueName)
    }
}

/// Where settings are read from.
struct SettingsFileFlag: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Read settings from this file instead of .env.", valueName: "file")
    )
    var envFile: String?

    /// Loads the settings, flags first.
    func load(_ flags: [Settings.Key: String] = [:]) throws(SettingsError) -> Settings {
        try Settings.load(envFile: envFile.map { .at($0) } ?? .inWorkingDirectory, flags: flags)
    }
}

/// How a batch is split.
struct SplitFlags: ParsableArguments {
    @Option(parsing: .unconditional, help: .setting(.runpodWorkers, "n"))
    var workers: String?

    @Option(parsing: .unconditional, help: .setting(.strategy, "even|balanced"))
    var strategy: String?

    /// What was typed, for the settings to read and to judge.
    var texts: [Settings.Key: String] {
        [.runpodWorkers: workers, .strategy: strategy].compactMapValues(\.self)
    }
}

/// What a new run is told beyond its split.
struct RunFlags: ParsableArguments {
    @Option(parsing: .unconditional, help: .setting(.date, "yyyy-mm-dd"))
    var date: String?

    @Flag(inversion: .prefixedNo, help: .setting(.cleanup))
    var cleanup: Bool?

    @Option(parsing: .unconditional, help: .setting(.trigger, "text"))
    var trigger: String?

    @Option(parsing: .unconditional, help: .setting(.retries, "n"))
    var retries: String?

    @Option(parsing: .unconditional, help: .setting(.maxFailures, "n|n%"))
    var maxFailures: String?

    @Option(parsing: .unconditional, help: .setting(.runpodEndpoint, "url"))
    var endpoint: String?

    /// What was typed, for the settings to read and to judge.
    var texts: [Settings.Key: String] {
        let texts =
            [
                .date: date, .cleanup: cleanup.map { $0 ? "true" : "false" }, .trigger: trigger, .retries: retries,
                .maxFailures: maxFailures, .runpodEndpoint: endpoint,
            ] as [Settings.Key: String?]
        return texts.compactMapValues(\.self)
    }
}

/// How the screen looks and what its keys may do.
struct ScreenFlags: ParsableArguments {
    @Flag(help: .setting(.ascii))
    var ascii = false

    @Option(parsing: .unconditional, help: .setting(.color, "auto|always|never"))
    var color: String?

    @Flag(help: .setting(.readOnly))
    var readonly = false

    /// What was typed, for the settings to read and to judge.
    var texts: [Settings.Key: String] {
        [.ascii: ascii ? "true" : nil, .color: color, .readOnly: readonly ? "true" : nil].compactMapValues(\.self)
    }
}

/// What a run shows and where its answer goes.
struct OutputFlags: ParsableArguments {
    @Flag(help: "Print log lines instead of the screen, whatever the terminal can do.")
    var plain = false

    @Flag(help: "Print the answer with all results as JSON on standard output at the end.")
    var json = false

    @Flag(help: "Print each event as a line of JSON on standard output.")
    var events = false

    @Option(help: ArgumentHelp("Write the answer with all results as JSON to this file.", valueName: "file"))
    var output: String?

    /// Whether a screen is wanted where there can be one.
    var wantsScreen: Bool { !plain && !json && !events }

    /// - Throws: ``UsageProblem`` when two of them contradict each other.
    func check() throws(UsageProblem) {
        if json, events { throw UsageProblem("--json and --events both want standard output; give one of them") }
        if output == "" { throw UsageProblem("--output: give the name of a file") }
    }
}
