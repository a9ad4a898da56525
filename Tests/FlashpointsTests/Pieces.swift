import Flashpoints
import Synchronization

/// A source that gives bytes in the pieces a test chose.
final class Pieces: Sendable {
    private let left: Mutex<ArraySlice<[UInt8]>>

    init(_ pieces: [[UInt8]]) {
        left = Mutex(pieces[...])
    }

    func next() -> [UInt8]? { left.withLock { $0.popFirst() } }
}

extension InputReader {
    /// Reads pieces in their order; errors call the source `batch.json`.
    init(pieces: [[UInt8]], limits: InputLimits = InputLimits()) {
        let pieces = Pieces(pieces)
        self.init(source: "batch.json", limits: limits) { pieces.next() }
    }

    init(_ text: String, limits: InputLimits = InputLimits()) {
        self.init(pieces: [Array(text.utf8)], limits: limits)
    }

    /// Everything up to the end.
    func all() async throws -> [InputItem] {
        var reader = self
        var items: [InputItem] = []
        while let item = try await reader.next() { items.append(item) }
        return items
    }
}
