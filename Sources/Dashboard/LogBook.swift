import Coordination

/// The latest lines of a run's log, and which of them are shown.
///
/// Lines have numbers, from 0 for the first that was ever added. Takes some 25 bytes a line besides its text; adding a
/// line is O(1), and so is copying the book.
package struct LogBook: Sendable {
    /// Which lines are shown.
    struct Filter: Sendable, Hashable {
        var level = LogLevel.info
        var worker: Int?
        var search: LogSearch?
    }

    /// So many lines are kept at least.
    package static let capacity = 100_000

    private var chunks: [Chunk] = []
    /// Number of the first line that is in memory.
    package private(set) var firstNumber = 0
    /// Number that the next line gets: how many there were in all.
    package private(set) var nextNumber = 0
    /// Lines that came too fast to be shown; they are on disk.
    package private(set) var lost = 0
    private(set) var filter = Filter()
    /// Numbers of the shown lines that were there when the filter was set, falling.
    private var older: [Int] = []
    /// Numbers of the shown lines that came since, growing.
    private var newer: [Int] = []
    /// Lines from this number on have been looked at.
    private var scannedFrom = 0

    package init() {}

    /// Lines in memory.
    package var count: Int { nextNumber - firstNumber }

    /// Lines that were let go of to keep memory bounded; they are on disk.
    package var dropped: Int { firstNumber }

    /// Lines that are shown, as far as they have been looked at.
    package var shownCount: Int { older.count + newer.count }

    /// Whether there are lines that the filter has not looked at yet; ``scan(limit:)`` goes on.
    package var isScanning: Bool { scannedFrom > firstNumber }

    // MARK: - Adding

    mutating func append(_ entry: LogEntry) {
        if chunks.last?.isFull ?? true {
            if !chunks.isEmpty { chunks[chunks.count - 1].seal() }
            chunks.append(Chunk())
        }
        chunks[chunks.count - 1].append(entry)
        let number = nextNumber
        nextNumber += 1
        if shows(chunks[chunks.count - 1], chunks[chunks.count - 1].count - 1) { newer.append(number) }
        if count - Chunk.capacity >= Self.capacity { dropChunk() }
    }

    mutating func lose(_ lines: Int) { lost += max(0, lines) }

    private mutating func dropChunk() {
        chunks.removeFirst()
        firstNumber += Chunk.capacity
        scannedFrom = max(scannedFrom, firstNumber)
        while let last = older.last, last < firstNumber { older.removeLast() }
        let gone = newer.firstIndex { $0 >= firstNumber } ?? newer.count
        if gone > 0 { newer.removeFirst(gone) }
    }

    // MARK: - Reading

    /// A line; `nil` when it is not in memory.
    package subscript(number: Int) -> LogEntry? {
        guard number >= firstNumber, number < nextNumber else { return nil }
        let place = number - firstNumber
        return chunks[place / Chunk.capacity].entry(place % Chunk.capacity)
    }

    /// How severe a line is; `nil` when it is not in memory.
    func level(_ number: Int) -> LogLevel? {
        guard number >= firstNumber, number < nextNumber else { return nil }
        let place = number - firstNumber
        return chunks[place / Chunk.capacity].level(place % Chunk.capacity)
    }

    /// The shown lines as a text, like those of the run's log file; takes some seconds for a full book.
    var text: String {
        var text = ""
        for position in 0..<shownCount {
            guard let entry = self[number(at: position)] else { continue }
            let level = entry.level.rawValue
            text += "\(WallTime.text(entry.at)) \(level)" + String(repeating: " ", count: 8 - level.count)
            text += (entry.worker.map { "w\($0) " } ?? "- ") + entry.message + "\n"
        }
        return text
    }

    /// Number of the shown line at a position among the shown ones.
    package func number(at position: Int) -> Int {
        position < older.count ? older[older.count - 1 - position] : newer[position - older.count]
    }

    /// Position of the last shown line whose number is not greater; -1 before the first.
    package func position(upTo number: Int) -> Int {
        var range = 0..<shownCount
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range =
                self.number(at: middle) <= number
                ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound - 1
    }

    /// Shown lines whose numbers are not less.
    package func shownCount(from number: Int) -> Int { shownCount - 1 - position(upTo: number - 1) }

    /// Up to so many shown lines, the last of them at a position; in the order of their numbers.
    package func lines(endingAt position: Int, limit: Int) -> [(number: Int, entry: LogEntry)] {
        let end = min(position + 1, shownCount)
        guard limit > 0, end > 0 else { return [] }
        return (max(0, end - limit)..<end).compactMap { place in
            let number = number(at: place)
            return self[number].map { (number, $0) }
        }
    }

    // MARK: - Filtering

    /// Shows other lines; those that are there are looked at by ``scan(limit:)``.
    mutating func show(_ filter: Filter) {
        guard filter != self.filter else { return }
        self.filter = filter
        older = []
        newer = []
        scannedFrom = nextNumber
    }

    /// Looks at up to so many lines that the filter has not seen, the latest first.
    mutating func scan(limit: Int) {
        let end = max(firstNumber, scannedFrom - limit)
        while scannedFrom > end {
            let last = scannedFrom - 1 - firstNumber
            let chunk = chunks[last / Chunk.capacity]
            let base = scannedFrom - 1 - last % Chunk.capacity
            let lower = max(end, base)
            chunk.search(filter, from: lower - base, to: scannedFrom - base) { older.append(base + $0) }
            scannedFrom = lower
        }
    }

    private func shows(_ chunk: Chunk, _ place: Int) -> Bool {
        var isShown = false
        chunk.search(filter, from: place, to: place + 1) { _ in isShown = true }
        return isShown
    }
}

extension LogBook {
    /// A thousand lines, their texts side by side.
    struct Chunk: Sendable {
        static let capacity = 1_000

        private struct Mark {
            var at: Int64
            /// Where its text ends.
            var end: UInt32
            /// 0 for none.
            var worker: UInt16
            var level: UInt8
        }

        private var bytes: [UInt8] = []
        private var marks: [Mark] = []

        var count: Int { marks.count }
        var isFull: Bool { marks.count >= Self.capacity }

        mutating func append(_ entry: LogEntry) {
            if marks.isEmpty { marks.reserveCapacity(Self.capacity) }
            bytes.append(contentsOf: entry.message.utf8)
            marks.append(
                Mark(
                    at: entry.at,
                    end: UInt32(clamping: bytes.count),
                    worker: UInt16(clamping: entry.worker ?? 0),
                    level: UInt8(LogLevel.allCases.firstIndex(of: entry.level) ?? 0)
                )
            )
        }

        /// Gives back the memory that was kept for more lines.
        mutating func seal() {
            var exact: [UInt8] = []
            exact.reserveCapacity(bytes.count)
            exact.append(contentsOf: bytes)
            bytes = exact
        }

        private func range(_ place: Int) -> Range<Int> {
            (place == 0 ? 0 : Int(marks[place - 1].end))..<Int(marks[place].end)
        }

        func level(_ place: Int) -> LogLevel { LogLevel.allCases[Int(marks[place].level)] }

        func entry(_ place: Int) -> LogEntry {
            let mark = marks[place]
            return LogEntry(
                at: mark.at,
                level: LogLevel.allCases[Int(mark.level)],
                worker: mark.worker == 0 ? nil : Int(mark.worker),
                message: String(decoding: bytes[range(place)], as: UTF8.self)
            )
        }

        /// Tells the places that the filter shows, the latest first.
        func search(_ filter: Filter, from first: Int, to end: Int, found: (Int) -> Void) {
            let level = UInt8(LogLevel.allCases.firstIndex(of: filter.level) ?? 0)
            let least = filter.search?.level.flatMap { LogLevel.allCases.firstIndex(of: $0) }.map { UInt8($0) } ?? 0
            let worker = filter.worker.map { UInt16(clamping: $0) }
            let wanted = filter.search?.worker.map { UInt16(clamping: $0) }
            let isInverse = filter.search?.isInverse ?? false
            let needles = filter.search?.needles ?? []
            let pattern = filter.search?.pattern
            let span = bytes.span
            var place = end - 1
            while place >= first {
                defer { place -= 1 }
                let mark = marks[place]
                guard mark.level >= level, worker == nil || mark.worker == worker else { continue }
                guard filter.search != nil else {
                    found(place)
                    continue
                }
                var isMatch = mark.level >= least && (wanted == nil || mark.worker == wanted)
                if isMatch, !needles.isEmpty || pattern != nil {
                    let range = range(place)
                    let line = span.extracting(range)
                    isMatch = needles.allSatisfy { $0.isIn(line) }
                    if isMatch, let pattern {
                        isMatch = pattern.isIn(String(decoding: bytes[range], as: UTF8.self))
                    }
                }
                if isMatch != isInverse { found(place) }
            }
        }
    }
}
