package import Coordination
package import Flashpoints
import FoundationEssentials
package import RunJournal
package import Settings
import Synchronization

/// Reads a batch, plans it and puts the run on disk; nothing is submitted yet.
package enum NewRun {
    /// Where the batch comes from.
    package enum Source: Sendable {
        /// A file, or `-` for standard input.
        case path(String)
        case flashpoints([Flashpoint])
    }

    /// Who coordinates the run.
    package enum Kind: Sendable, Hashable {
        /// This process.
        case ordinary
        /// A job on the endpoint, which this process submits and watches.
        case remote
        /// This process, inside a worker: the run is a job, whose id it takes.
        case coordinated(job: String)
    }

    /// A point in the making of a run where a process may die.
    package enum Moment: Sendable, Hashable {
        case folderMade
        /// All flashpoints are in the journal, and there is no plan.
        case batchRead
        case planSet
        case journalClosed
    }

    /// What a planner can't make itself.
    package struct Sources: Sendable {
        /// Wall time in milliseconds since 1970.
        package var wallTime: @Sendable () -> Int64
        /// A fresh number in `0..<1` at each call.
        package var chance: @Sendable () -> Double
        /// Told of every moment as it comes; for tests that end the process there.
        package var moment: (@Sendable (Moment) -> Void)?

        package init(wallTime: @escaping @Sendable () -> Int64, chance: @escaping @Sendable () -> Double) {
            self.wallTime = wallTime
            self.chance = chance
        }

        /// The machine's own.
        package static let system = Sources(
            wallTime: { Int64(Date().timeIntervalSince1970 * 1_000) },
            chance: { Double.random(in: 0..<1) }
        )
    }

    /// Creates the run.
    ///
    /// - Parameters:
    ///   - kind: Whether the run is coordinated here, by a job elsewhere, or as a job itself.
    ///   - marks: Files that say more about the run, by name. They are in its folder before there is a run that could be
    ///     gone on with without them.
    ///   - progress: Gets the number of flashpoints read so far, now and then.
    /// - Returns: The run's folder.
    /// - Throws: `InputError`, `FileError` or `JournalError`; the folder is gone again then.
    package static func create(
        from source: Source,
        settings: Settings,
        kind: Kind = .ordinary,
        sources: Sources = .system,
        marks: [String: [UInt8]] = [:],
        progress: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async throws -> RunFolder {
        let now = sources.wallTime()
        let date = settings.date ?? NewRun.day(of: now)
        // Opened before anything is created: a wrong path must leave no trace.
        let reader: InputReader? =
            if case .path(let path) = source { try InputReader(path: path) } else { nil }
        let store = RunStore(home: settings.home.path)
        let folder =
            if case .coordinated(let job) = kind {
                try store.create(job: job)
            } else {
                try store.create(date: date, chance: sources.chance)
            }
        sources.moment?(.folderMade)
        do {
            if case .remote = kind { try RemoteRun.mark(folder) }
            for (name, bytes) in marks { try folder.keep(bytes, as: name) }
            try await fill(folder, from: source, reader, date, settings, kind, now, sources.moment, progress)
            return folder
        } catch {
            try? folder.remove()
            throw error
        }
    }

    private static func fill(
        _ folder: RunFolder,
        from source: Source,
        _ reader: InputReader?,
        _ date: String,
        _ settings: Settings,
        _ kind: Kind,
        _ now: Int64,
        _ moment: (@Sendable (Moment) -> Void)?,
        _ progress: @escaping @Sendable (Int) async -> Void
    ) async throws {
        let journal = try await SQLiteJournal.create(in: folder)
        let planned = Mutex<[PlanItem]>([])
        let keep: @Sendable ([FlashpointRow]) async throws -> Void = { rows in
            let count = planned.withLock { planned in
                planned += rows.map(PlanItem.init)
                return planned.count
            }
            try await journal.append(rows)
            await progress(count)
        }
        if let reader {
            try await InputSpool.write(reader, to: folder.path, rows: keep)
        } else if case .flashpoints(let flashpoints) = source {
            try await keep(try await InputSpool.write(flashpoints, to: folder.path))
        }
        let items = planned.withLock { $0 }
        let plan = Plan(
            items,
            workers: settings.runpodWorkers,
            strategy: settings.strategy.split,
            // A remote coordinator cuts shares into chunks by itself; from here each is one piece.
            limits: kind == .remote
                ? ChunkLimits(flashpoints: .max, bytes: .max) : ChunkLimits(flashpoints: settings.chunkMax)
        )
        let header = RunHeader(
            run: folder.run,
            date: date,
            trigger: settings.trigger,
            cleanup: settings.cleanup,
            workers: settings.runpodWorkers,
            strategy: settings.strategy.split,
            flashpoints: items.count,
            shares: plan.shares.map(\.count),
            pricePerSecond: settings.runpodPrice
        )
        var policy = RunPolicy(settings, flashpoints: items.count)
        // The coordinator has tried again what it tells as failed.
        if kind == .remote { policy.retries = 0 }
        moment?(.batchRead)
        try await journal.setPlan(header, plan, policy, createdAt: now)
        moment?(.planSet)
        try journal.close()
        moment?(.journalClosed)
    }

    /// The day in UTC.
    package static func day(of milliseconds: Int64) -> String {
        String(WallTime.text(milliseconds).prefix(10))
    }
}

extension RunPolicy {
    package init(_ settings: Settings, flashpoints: Int) {
        self.init()
        retries = settings.retries
        maxFailures = settings.maxFailures?.allowance(of: flashpoints)
        identicalFailures = settings.breaker == 0 ? nil : settings.breaker
    }
}

extension Settings.Strategy {
    /// The same for the splitter.
    package var split: Flashpoints.Strategy {
        switch self {
        case .even: .even
        case .balanced: .balanced
        }
    }
}
