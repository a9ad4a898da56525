import ArgumentParser
import Flashpoints
import RunJournal
import RunPodAPI
import RunPodServerless
import Settings

/// What an error means to the user: a status and the lines that are printed.
struct CommandFailure {
    let status: CommandStatus
    let lines: [String]

    /// - Parameter arguments: What was typed, to name the command whose help is of use.
    init(_ error: any Error, arguments: [String] = []) {
        switch error {
        case let error as SettingsError:
            self.init(.usage, error.problems.map(\.description))
        case let error as UsageProblem:
            self.init(.usage, [error.description])
        case is RunModeProblem, is InputError, is FileError, is RunNameError, is WorkerEnvironment.Problem:
            self.init(.usage, ["\(error)"])
        case let error as JournalError:
            self.init(error.isOperatorsToMend ? .usage : .fault, [error.description])
        case let error as Interruption.Interrupted:
            self.init(.signal(error.signal), ["ended by signal \(error.signal); nothing was submitted"])
        case let error as RunFault:
            self.init(.fault, [error.description])
        case let error as ConservationFault:
            self.init(.fault, [error.description])
        default:
            self.init(parsing: error, arguments)
        }
    }

    private init(_ status: CommandStatus, _ texts: [String]) {
        self.status = status
        lines = texts.map { "etl-dash: \($0)" }
    }

    /// An error of ArgumentParser's: a request for help, or something typed wrong. All others are faults of ours.
    private init(parsing error: any Error, _ arguments: [String]) {
        switch EtlDash.exitCode(for: error) {
        case .success:
            status = .succeeded
            lines = [EtlDash.fullMessage(for: error)]
        case .validationFailure:
            let command = EtlDash.configuration.subcommands.compactMap(\.configuration.commandName)
                .first { $0 == arguments.first }
            let help = ["etl-dash", command, "--help"].compactMap(\.self).joined(separator: " ")
            // Some messages have a second paragraph with a list; one line is what fits a log.
            let message = EtlDash.message(for: error).split(separator: "\n").joined(separator: " ")
            let stop = message.last.map { ".!?".contains($0) } ?? true ? "" : "."
            self.init(.usage, ["\(message)\(stop) See \(help)"])
        default:
            self.init(.fault, ["a fault in etl-dash: \(error)"])
        }
    }
}

/// Something typed that can't be meant so.
struct UsageProblem: Error, Hashable, CustomStringConvertible {
    /// What is wrong and what would be right.
    let description: String

    init(_ description: String) { self.description = description }
}

/// An unexpected error while a run was driven.
struct RunFault: Error, CustomStringConvertible {
    let cause: String
    let run: String
    let journal: String

    var description: String {
        "a fault in etl-dash: \(cause). The run's journal is \(journal); etl-dash resume \(run) goes on with it"
    }
}

extension JournalError {
    /// Whether the operator can put it right: the place, the space, or another process.
    fileprivate var isOperatorsToMend: Bool {
        switch reason {
        case .diskFull, .notWritable, .foreign, .newer, .held, .unfinished: true
        case .corrupt, .exists, .inconsistent, .system: false
        }
    }
}
