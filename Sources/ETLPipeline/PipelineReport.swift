/// What the pipeline tells while it works on a flashpoint.
package enum PipelineReport: Sendable, Hashable {
    /// A stage moved on: `done` of its `total` pieces are finished.
    case progress(stage: String, done: Int, total: Int)
    /// A line for the run's log, without secrets and without control characters of the pages.
    case log(level: LogLevel, message: String)

    /// The levels that the pipeline uses, spelt as `LOG_LEVEL` spells them.
    package enum LogLevel: String, Sendable, Hashable {
        case debug = "DEBUG"
        case info = "INFO"
        case warning = "WARNING"
    }
}

/// What the pipeline gives a stage to talk through.
package struct StageContext: Sendable {
    /// The stage that is running.
    package let stage: String
    private let report: @Sendable (PipelineReport) -> Void

    package init(stage: String, report: @escaping @Sendable (PipelineReport) -> Void) {
        self.stage = stage
        self.report = report
    }

    /// Says how far the stage is.
    package func progress(_ done: Int, of total: Int) {
        report(.progress(stage: stage, done: done, total: total))
    }

    /// Writes a line to the run's log.
    package func log(_ level: PipelineReport.LogLevel, _ message: String) {
        report(.log(level: level, message: message))
    }
}
