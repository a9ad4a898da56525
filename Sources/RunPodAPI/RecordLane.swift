import AsyncAlgorithms
import Flashpoints
import Synchronization

/// The records of one job on their way to the platform: each is taken when the one before it has been posted.
final class RecordLane: Sendable {
    private struct Entry: Sendable {
        var record: JSONValue
        /// Where somebody waits for what becomes of it.
        var delivery: Delivery?
    }

    /// What became of a record.
    private final class Delivery: Sendable {
        private let isDelivered = Mutex(false)
        private let isSettled = Latch()

        func settle(_ outcome: Bool) {
            isDelivered.withLock { $0 = outcome }
            isSettled.release()
        }

        /// False also when the task is cancelled.
        func wait() async -> Bool {
            await isSettled.wait()
            return isDelivered.withLock { $0 }
        }
    }

    private struct State {
        var isOver = false
        var lastID = 0
        var waiting: [Int: Delivery] = [:]
    }

    // Holds nothing: whoever sends waits until the record is taken.
    private let entries = AsyncChannel<Entry>()
    private let state = Mutex(State())

    /// Returns when the record's turn has come, or when there will be no more turns.
    func send(_ record: JSONValue) async { await entries.send(Entry(record: record)) }

    /// Returns when the record has been posted, or will not be; whether the platform has it.
    func deliver(_ record: JSONValue) async -> Bool {
        let delivery = Delivery()
        let id = state.withLock { state -> Int? in
            guard !state.isOver else { return nil }
            state.lastID += 1
            state.waiting[state.lastID] = delivery
            return state.lastID
        }
        guard let id else { return false }
        defer { state.withLock { $0.waiting[id] = nil } }
        await entries.send(Entry(record: record, delivery: delivery))
        return await delivery.wait()
    }

    /// Says that no more records come.
    func finish() { entries.finish() }

    /// Posts the records one after another until the end, or until the task is cancelled.
    ///
    /// - Returns: How many there were.
    func run(post: (JSONValue) async -> Bool) async -> Int {
        var count = 0
        for await entry in entries {
            let isDelivered = await post(entry.record)
            entry.delivery?.settle(isDelivered)
            count += 1
        }
        // Who is not cancelled along would wait for ever.
        entries.finish()
        let left = state.withLock { state in
            state.isOver = true
            return state.waiting.values.map { $0 }
        }
        for delivery in left { delivery.settle(false) }
        return count
    }
}
