import Coordination
import Flashpoints
import RunPodAPI

extension AttemptEnd {
    /// What a job that has ended on RunPod means for its attempt.
    ///
    /// The platform tells its own verdicts only by the text of `error`, as field reports give it: a job over its
    /// executionTimeout is `FAILED` with "executionTimeout exceeded", one whose worker vanished twice is `FAILED` with
    /// "job timed out after 1 retries". Both stand there as they are, while RunPod's SDK puts what a handler raised into
    /// a JSON document: whatever that says, it is the handler's.
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
            let words = reply.plainError.lowercased()
            if words.hasPrefix("executiontimeout exceeded") {
                kind = .timedOut
            } else if words.prefixMatch(of: /job timed out after \d+ retr(?:y|ies)/) != nil {
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

    /// Why a job that completed may have left flashpoints without a result; nothing when its output does not tell.
    static func explanation(ofMissing output: JSONValue?) -> (Output?, String?) {
        switch output {
        case nil:
            let words =
                "it has no output, as when a result is larger than the platform takes, is {}, or was refused by the platform"
            return (.missing, words)
        case .null: return (.null, "its output is null")
        case .object(let members) where members.isEmpty: return (.empty, "its output is {}")
        case .array(let elements) where elements.isEmpty: return (.empty, "its output is an empty list")
        case .array(let elements): return (.list, "its output is a list of \(elements.count) elements")
        case .string(let text):
            return (.text, "its output is text and names no flashpoint: \(text.prefix(80))")
        case .bool, .integer, .number: return (.value, "its output is a single value and names no flashpoint")
        case .object: return (nil, nil)
        }
    }
}

extension JobReply {
    /// The error as far as it is no JSON document, which only the handler's side makes.
    fileprivate var plainError: String {
        let first = error?.utf8.first
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? "" : error ?? ""
    }
}
