import Coordination
import Flashpoints
import FoundationEssentials
import RunJournal
import RunPodAPI
import Synchronization

/// Which results of a coordinator's run its job's stream has, and the means to bring the others.
final class ResultDelivery: Sendable {
    /// A result that the stream did not take.
    struct Undelivered: Sendable, Hashable {
        var index: Int
        var id: String
        var attempts: Int
    }

    private let stream: JobStreamWriter
    private let delivered = Mutex<Set<Int>>([])

    init(stream: JobStreamWriter) {
        self.stream = stream
    }

    /// Posts a record, and notes whose result the platform has.
    func post(_ record: StreamRecord) async throws {
        let value = try record.asJSONValue()
        guard let index = record.settledIndex else { return await stream.write(value) }
        if await stream.deliver(value) { delivered.withLock { _ = $0.insert(index) } }
    }

    /// Posts the results that the stream does not have yet, again after each of the pauses.
    ///
    /// - Parameter records: The fold that made the records so far, for its caller's hashes.
    /// - Returns: Those that the stream did not take, by their indices.
    /// - Throws: `CancellationError`, or what keeps the journal from being read.
    func bring<C: Clock>(
        from journal: some Journal,
        _ records: CoordinatorRecords,
        pauses: [Duration],
        clock: C
    ) async throws -> [Undelivered] where C.Duration == Duration {
        var left = try await postMissing(from: journal, records)
        for pause in pauses where left.values.contains(true) {
            try await clock.sleep(for: pause)
            left = try await postMissing(from: journal, records)
        }
        return left.keys.sorted { $0.index < $1.index }
    }

    /// Goes through the journal once.
    ///
    /// - Returns: What the stream still does not have, and whether another try may help.
    private func postMissing(
        from journal: some Journal,
        _ records: CoordinatorRecords
    ) async throws -> [Undelivered: Bool] {
        var left: [Undelivered: Bool] = [:]
        var seq = 0
        while case let events = try await journal.events(after: seq, limit: 64), let last = events.last {
            for event in events {
                guard case .flashpointSettled(let settlement) = event.body, case .ok = settlement.outcome,
                    !delivered.withLock({ $0.contains(settlement.index) })
                else { continue }
                try Task.checkCancellation()
                let bytes = try JSONCoding.encode(records.record(of: settlement))
                // The wrapping is some bytes more.
                let fits = bytes.count + 16 <= JobStreamWriter.recordLimit
                if fits, await stream.deliver(try JSONCoding.decode(JSONValue.self, from: bytes)) {
                    delivered.withLock { _ = $0.insert(settlement.index) }
                } else {
                    let undelivered = Undelivered(
                        index: settlement.index,
                        id: settlement.id,
                        attempts: settlement.attempts
                    )
                    left[undelivered] = fits
                }
            }
            seq = last.seq
        }
        return left
    }
}
