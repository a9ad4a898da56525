package import RunEngine
package import RunPodAPI

/// What makes a driver the coordinator inside a worker: the first worker's share is done by this process.
package struct CoordinatorSeat: Sendable {
    /// Processes a chunk in this process.
    package var handler: InProcessBackend.Handler
    /// How long a job may wait in the queue before this process, once it is free, takes it over.
    package var patience: Duration
    /// Given once the first worker's share has settled.
    package let ownShareIsDone = Latch()

    package init(patience: Duration = .seconds(30), handler: @escaping InProcessBackend.Handler) {
        self.patience = patience
        self.handler = handler
    }
}
