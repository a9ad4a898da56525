import Flashpoints
import Synchronization

/// Where the clusters of flashpoints are kept.
package protocol ClusterStore: Sendable {
    /// Writes a flashpoint's clusters of one day, all or none of them.
    ///
    /// A cluster that is there already is written over. With `cleanup` the flashpoint's other rows of the day go in the
    /// same transaction.
    ///
    /// - Throws: `Failure` with the class that decides about retries; `CancellationError` when cancelled, and then
    ///   nothing was written.
    func load(_ clusters: [NewsCluster], of flashpoint: String, date: NewsDate, cleanup: Bool) async throws
}

/// Writes the clusters into the database, if there is one.
package struct LoadStage: Stage {
    package let name = "load"
    private let store: (any ClusterStore)?
    private let warning: FirstTime

    /// Creates the stage; without a store it loads nothing and says so in the log, once for the stage's life.
    package init(store: (any ClusterStore)?) {
        self.store = store
        warning = FirstTime()
    }

    package func run(_ state: FlashpointState, _ context: StageContext) async throws -> FlashpointState {
        guard let store else {
            if warning.isNow {
                context.log(.warning, "no database is configured (ETL_DATABASE): clusters are not loaded")
            }
            return state
        }
        var state = state
        do {
            try await store.load(state.clusters, of: state.flashpoint.id, date: state.date, cleanup: state.cleanup)
        } catch var failure as Failure {
            failure.stage = name
            throw failure
        }
        state.isLoaded = true
        context.progress(state.clusters.count, of: state.clusters.count)
        return state
    }
}

/// True once.
private final class FirstTime: Sendable {
    private let isOver = Mutex(false)

    var isNow: Bool {
        isOver.withLock { isOver in
            defer { isOver = true }
            return !isOver
        }
    }
}
