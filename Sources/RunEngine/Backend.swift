package import Coordination
package import Flashpoints

/// Where jobs run: a RunPod endpoint, this process, or a script.
///
/// A backend deals with silence, rate limits and passing trouble itself, for as long as it takes, and reports them;
/// only what the endpoint says of a job ends an attempt.
package protocol Backend: Sendable {
    /// The address that attempts are recorded with; `URL#instance` when it lives and dies with this process.
    var endpoint: String { get }

    /// Submits a job and tells what became of it: accepted, refused or unknown.
    ///
    /// Trouble on the way goes to `report`. Returns nothing when the task is cancelled.
    func submit(_ order: JobOrder, report: @escaping Reporter) async -> Report?

    /// Follows a job to its end, reporting what it streams and at last that it ended.
    ///
    /// Returns early when the task is cancelled; the job itself goes on then.
    func watch(_ order: JobOrder, job: String, report: @escaping Reporter) async

    /// Looks for the job of an attempt whose submission got no answer: accepted, or ended as absent or as lost.
    ///
    /// Lost when the endpoint can't tell. Returns nothing when the task is cancelled.
    func find(_ order: JobOrder, report: @escaping Reporter) async -> Report?

    /// Asks for a job to be cancelled, again until it is heard; the watch sees the end.
    func cancel(_ order: JobOrder, job: String, report: @escaping Reporter) async

    /// Does what is to be done beside the jobs, such as asking for the endpoint's health, until cancelled.
    func attend(report: @escaping Reporter) async
}

extension AttemptEnd {
    /// The end of an attempt of which nobody can tell whether it has a job.
    package static let unanswered = AttemptEnd(
        .lost,
        status: "UNKNOWN",
        message: "the submission got no answer; it may have run, and its results are taken if they come"
    )
}

/// Takes a backend's reports, in order; waits while the driver is busy.
package typealias Reporter = @Sendable (Report) async -> Void

/// One attempt as a backend needs to know it.
package struct JobOrder: Sendable, Hashable {
    package var ref: AttemptRef
    package var nonce: String
    package var indices: IndexList
    /// The endpoint that has, or is to have, the job.
    package var endpoint: String

    package init(ref: AttemptRef, nonce: String, indices: IndexList, endpoint: String) {
        self.ref = ref
        self.nonce = nonce
        self.indices = indices
        self.endpoint = endpoint
    }
}
