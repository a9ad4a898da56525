/// When to look again at which subject: a heap with at most one live entry for each.
///
/// An entry says "not before", never "at": whoever takes a subject that is due asks the subject itself what its time
/// is and sets it again if that is later. So a worker that pings costs no entry for each ping.
struct Deadlines<Subject: Hashable & Sendable>: Sendable {
    private struct Stamp: Comparable {
        var at: Duration
        /// Tells entries of one time apart, in the order they were made.
        var number: UInt64

        static func < (left: Stamp, right: Stamp) -> Bool { (left.at, left.number) < (right.at, right.number) }
    }

    private struct Entry {
        var stamp: Stamp
        var subject: Subject
    }

    private var heap: [Entry] = []
    private var live: [Subject: Stamp] = [:]
    private var lastNumber: UInt64 = 0

    /// The earliest live deadline.
    mutating func next() -> Duration? {
        dropStale()
        return heap.first?.stamp.at
    }

    /// Makes sure that the subject is looked at no later than `at`.
    mutating func set(_ subject: Subject, at: Duration) {
        if let earlier = live[subject], earlier.at <= at { return }
        if heap.count > 64, heap.count > 2 * live.count {
            // Entries overtaken by earlier ones would otherwise stay until their time, a day for a job's ttl.
            heap = live.map { Entry(stamp: $0.value, subject: $0.key) }.sorted { $0.stamp < $1.stamp }
        }
        lastNumber += 1
        let stamp = Stamp(at: at, number: lastNumber)
        live[subject] = stamp
        heap.append(Entry(stamp: stamp, subject: subject))
        siftUp(heap.count - 1)
    }

    /// Forgets the subject.
    mutating func remove(_ subject: Subject) {
        live[subject] = nil
    }

    /// Takes a subject whose time has come, earliest first, with that time.
    mutating func popDue(at now: Duration) -> (subject: Subject, at: Duration)? {
        dropStale()
        guard let first = heap.first, first.stamp.at <= now else { return nil }
        removeFirst()
        live[first.subject] = nil
        return (first.subject, first.stamp.at)
    }

    private mutating func dropStale() {
        while let first = heap.first, live[first.subject] != first.stamp { removeFirst() }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown()
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].stamp < heap[parent].stamp else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].stamp < heap[smallest].stamp { smallest = child }
            }
            guard smallest != parent else { return }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
