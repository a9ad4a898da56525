import Coordination
import Flashpoints
import RunPodAPI

extension AttemptEnd {
    /// What a job that has ended on RunPod means for its attempt.
    ///
    /// The platform tells its own verdicts only by the text of `error`, as field reports give it: a job over its
    /// executionTimeout is `FAILED` with "executionTimeout exceeded", one whose worker vanished twice is `FAILED` with
    /// "job timed out after 1 retries".
    ///
    /// - Returns: `nil` while the job goes on.
    init?(_ reply: JobReply) {
        var message = reply.readableError
        let kind: Kind
        switch reply.status {
        case .inQueue, .inProgress, .unknown: return nil
        case .completed: kind = .completed
        case .cancelled: kind = .cancelled
        case .timedOut:
            kind = .lost
            let meaning = "either no worker took the job in its time, or the one that did never reported"
            message = message.map { "\($0): \(meaning)" } ?? meaning
        case .failed:
            let words = (message ?? "").lowercased()
            if words.hasPrefix("executiontimeout exceeded") {
                kind = .timedOut
            } else if words.hasPrefix("job timed out after") {
                kind = .lost
                let meaning = "its worker died (out of memory?), could not read the job, or never reported"
                message = message.map { "\($0): \(meaning)" }
            } else if words.hasPrefix("result too large") || words.saysOversize {
                // The first are our own worker's words, the second the platform's when it refuses a result.
                kind = .oversize
            } else {
                kind = .failed
            }
        }
        self.init(kind, status: reply.status.rawValue, executionMS: reply.executionTime, message: message)
    }

    /// The end of a job that the endpoint does not know any more.
    static let forgotten = AttemptEnd(
        .lost,
        status: forgottenStatus,
        message: """
            the endpoint does not know the job any more (404); RunPod keeps results for 30 minutes, and a job no longer \
            than the ttl it was submitted with
            """
    )

    /// Why a job that completed may have left flashpoints without a result; `nil` when its output does not tell.
    static func explanation(ofMissing output: JSONValue?) -> String? {
        switch output {
        case nil:
            """
            it has no output, as when a result is larger than the platform takes, is {}, or was refused by the platform
            """
        case .null: "its output is null"
        case .object(let members) where members.isEmpty: "its output is {}"
        case .array(let elements) where elements.isEmpty: "its output is an empty list"
        case .array(let elements): "its output is a list of \(elements.count) elements"
        case .bool, .integer, .number, .string, .object: nil
        }
    }
}
