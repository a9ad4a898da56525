package import DequeModule
package import Flashpoints

/// One worker of the run: what it still has to send, what it has out, what it waits for.
package struct Lane: Sendable, Hashable, Codable {
    /// Flashpoints to be sent as one job.
    package struct Work: Sendable, Hashable, Codable {
        package var chunk: Int
        /// The number its submission will have.
        package var attempt: Int
        package var indices: IndexList
        /// What befell earlier jobs of these flashpoints, the latest last.
        var setbacks: [Setback] = []
    }

    /// A job that ended badly without a word about its flashpoints, or at a flashpoint that is suspected for it.
    struct Setback: Sendable, Hashable, Codable {
        /// Setbacks that are kept; more than it takes to halve a chunk down to one flashpoint.
        static let limit = 10

        var attempt: Int
        /// Flashpoints that it left open.
        var open: Int
        var instance: String?
        /// The platform's or the handler's words, cut to a bounded length.
        var words: String
    }

    /// Work that failed and follows after a pause.
    package struct Retry: Sendable, Hashable, Codable {
        package var work: Work
        /// Seconds driven when the pause is over; `nil` until the pause has been drawn.
        package var due: Double?
    }

    /// The one attempt that is out.
    package struct Live: Sendable, Hashable, Codable {
        package enum Phase: String, Sendable, Hashable, Codable {
            case intended
            case unknown
            case accepted
            case started
        }

        package var ref: AttemptRef
        package var phase: Phase
        package var endpoint: String
        package var job: String?
        /// Seconds driven when the job was accepted: the oldest job ends, and its result expires, first.
        package var acceptedAt: Double?
        /// RunPod's name of the machine that has the job.
        package var instance: String?
        /// What was submitted; of these the attempt holds those that are in flight.
        package var indices: IndexList
        /// Whether the operator cancelled what it leaves without a result.
        package var isCancelled = false
        /// Whether the endpoint was asked to cancel the job.
        package var cancelSent = false
        /// What the endpoint answered to its submission, where that told nothing of a job.
        var answer: Int?
        /// Whether a former driver left it, so that losing it says nothing of how the run goes now.
        var isInherited = false
        /// Flashpoints that the worker said it began.
        package internal(set) var begun: Set<Int> = []
        /// Flashpoints whose result it brought, whether that was the first or not.
        var told: Set<Int> = []
        /// What befell earlier jobs of these flashpoints.
        var setbacks: [Setback] = []

        /// Whether a worker is known to have had it.
        var hasRun: Bool { phase == .started || !begun.isEmpty || !told.isEmpty }

        /// Whether the endpoint was in trouble when it was submitted.
        var metTrouble: Bool { answer.map { $0 >= 500 } ?? false }
    }

    /// An attempt that was given up before anybody knew whether it has a job.
    struct Abandoned: Sendable, Hashable, Codable {
        var ref: AttemptRef
        var endpoint: String
    }

    /// Position of the worker, from 1.
    package let worker: Int
    package internal(set) var queue: Deque<Work>
    package internal(set) var retries: [Retry] = []
    package internal(set) var live: Live?
    /// Whether the operator cancelled what is left of the share.
    package internal(set) var isCancelled = false
    /// The highest number given to a submission of each chunk that is tried more than once.
    var lastAttempt: [Int: Int] = [:]
    /// Submissions in a row that got no answer.
    var unanswered = 0
    /// The latest attempts whose jobs, if they have any, are to be cancelled when they turn up.
    var abandoned: [Abandoned] = []

    init(_ share: Share) {
        worker = share.worker
        queue = Deque(share.chunks.map { Work(chunk: $0.id, attempt: 1, indices: $0.indices) })
    }

    /// Whether nothing is out and nothing is left to send.
    var isIdle: Bool { live == nil && queue.isEmpty && retries.isEmpty }
}

extension Lane {
    /// The number of the chunk's next submission.
    mutating func nextAttempt(of chunk: Int) -> Int {
        let next = (lastAttempt[chunk] ?? 1) + 1
        lastAttempt[chunk] = next
        return next
    }

    /// What the lane sends next, if it is free to: a retry whose pause is over, else the head of its queue.
    func nextWork(at now: Double) -> Work? {
        guard live == nil else { return nil }
        let due = retries.first { retry in retry.due.map { $0 <= now } ?? false }
        return due?.work ?? queue.first
    }

    /// Seconds driven when the next pause ends.
    var nextDue: Double? { retries.compactMap(\.due).min() }

    /// Removes the work that goes out as this attempt, and gives what befell its flashpoints before.
    ///
    /// What goes out decides, also where it is not what waits under that number: a journal may have been written by a
    /// version of ours with other rules.
    mutating func take(_ ref: AttemptRef, indices: IndexList) -> [Setback] {
        let isIt = { (work: Work) in work.chunk == ref.chunk && work.attempt == ref.attempt }
        if ref.attempt > lastAttempt[ref.chunk] ?? 1 { lastAttempt[ref.chunk] = ref.attempt }
        if let place = queue.firstIndex(where: isIt), queue[place].indices == indices {
            return queue.remove(at: place).setbacks
        }
        if let place = retries.firstIndex(where: { isIt($0.work) }), retries[place].work.indices == indices {
            return retries.remove(at: place).work.setbacks
        }
        for index in indices { drop(index, of: ref.chunk) }
        for place in queue.indices where isIt(queue[place]) { queue[place].attempt = nextAttempt(of: ref.chunk) }
        for place in retries.indices where isIt(retries[place].work) {
            retries[place].work.attempt = nextAttempt(of: ref.chunk)
        }
        return []
    }

    /// Removes one flashpoint of a chunk from all that waits to be sent, and what is empty then.
    mutating func drop(_ index: Int, of chunk: Int) {
        func rest(_ work: Work) -> IndexList {
            work.chunk == chunk ? IndexList(work.indices.filter { $0 != index }) : work.indices
        }
        for place in retries.indices { retries[place].work.indices = rest(retries[place].work) }
        retries.removeAll { $0.work.indices.isEmpty }
        for place in queue.indices { queue[place].indices = rest(queue[place]) }
        queue.removeAll { $0.indices.isEmpty }
    }

    /// Removes and returns all that waits to be sent, in index order.
    mutating func dropAll() -> [Int] {
        let waiting = retries.flatMap(\.work.indices) + queue.flatMap(\.indices)
        retries = []
        queue = []
        return waiting.sorted()
    }

    /// Notes an attempt that is given up without anybody knowing its job.
    mutating func abandon(_ live: Live) {
        abandoned.append(Abandoned(ref: live.ref, endpoint: live.endpoint))
        if abandoned.count > 32 { abandoned.removeFirst() }
    }
}
