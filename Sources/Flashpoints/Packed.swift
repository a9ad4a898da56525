/// Why packed bytes can't be read: they end early, or say what can't be.
package struct PackedFault: Error, Sendable, Hashable {
    package var what: String

    package init(_ what: String) {
        self.what = what
    }
}

/// Writes values as bytes that are quick to read again, in pieces of a bounded size.
///
/// Numbers in columns are little-endian as in memory; single ones take a byte for every seven bits.
package struct PackedWriter: ~Copyable {
    /// Bytes of a piece, at most.
    package static let pieceBytes = 1 << 20

    private var piece: [UInt8] = []
    private let take: ([UInt8]) throws -> Void

    /// - Parameter take: Gets the pieces in order.
    package init(take: @escaping ([UInt8]) throws -> Void) {
        self.take = take
        piece.reserveCapacity(Self.pieceBytes)
    }

    package mutating func append(raw bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.pieceBytes - piece.count)
            piece.append(contentsOf: part)
            rest = rest.dropFirst(part.count)
            if piece.count == Self.pieceBytes { try flush() }
        }
    }

    /// A column of numbers, without its length.
    package mutating func append<Number: BitwiseCopyable>(column: [Number]) throws {
        try column.withUnsafeBytes { try append(raw: $0) }
    }

    package mutating func append(_ number: Int) throws {
        var left = UInt64(bitPattern: Int64(number))
        while left >= 0x80 {
            try append(byte: UInt8(truncatingIfNeeded: left) | 0x80)
            left >>= 7
        }
        try append(byte: UInt8(truncatingIfNeeded: left))
    }

    /// Bytes with their length before them.
    package mutating func append(_ bytes: [UInt8]) throws {
        try append(bytes.count)
        try append(column: bytes)
    }

    /// A run of neighbours as its ends, others one by one.
    package mutating func append(_ indices: IndexList) throws {
        try append(indices.count)
        guard let first = indices.first, let last = indices.last else { return }
        let isRun =
            last - first + 1 == indices.count && indices.enumerated().allSatisfy { first + $0.offset == $0.element }
        try append(isRun ? 1 : 0)
        if isRun {
            try append(first)
        } else {
            for index in indices { try append(index) }
        }
    }

    /// Gives the last piece away.
    package consuming func finish() throws {
        if !piece.isEmpty { try take(piece) }
    }

    private mutating func append(byte: UInt8) throws {
        piece.append(byte)
        if piece.count == Self.pieceBytes { try flush() }
    }

    private mutating func flush() throws {
        try take(piece)
        piece.removeAll(keepingCapacity: true)
    }
}

/// Reads what a ``PackedWriter`` wrote, a piece at a time.
package struct PackedReader: ~Copyable {
    private var piece: [UInt8] = []
    private var position = 0
    private let next: () throws -> [UInt8]?

    /// - Parameter next: Gives the pieces in order, `nil` at the end.
    package init(next: @escaping () throws -> [UInt8]?) {
        self.next = next
    }

    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws {
        var filled = 0
        while filled < buffer.count {
            if position == piece.count { try turn() }
            let count = min(piece.count - position, buffer.count - filled)
            piece.withUnsafeBytes { bytes in
                let part = UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
                UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + count]).copyMemory(from: part)
            }
            filled += count
            position += count
        }
    }

    /// A column of so many numbers.
    package mutating func column<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type,
        count: Int
    ) throws -> [Number] {
        var column = [Number](repeating: 0, count: count)
        try column.withUnsafeMutableBytes { try read(into: $0) }
        return column
    }

    /// A column of so many fractions.
    package mutating func column(_ type: Float.Type, count: Int) throws -> [Float] {
        var column = [Float](repeating: 0, count: count)
        try column.withUnsafeMutableBytes { try read(into: $0) }
        return column
    }

    package mutating func number() throws -> Int {
        var number: UInt64 = 0
        for shift in stride(from: 0 as UInt64, to: 64, by: 7) {
            if position == piece.count { try turn() }
            let byte = piece[position]
            position += 1
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int(Int64(bitPattern: number)) }
        }
        throw PackedFault("a number has no end")
    }

    /// A count that can't be larger than `limit`.
    package mutating func count(upTo limit: Int) throws -> Int {
        let count = try number()
        guard count >= 0, count <= limit else { throw PackedFault("\(count) is not a count up to \(limit)") }
        return count
    }

    package mutating func bytes(upTo limit: Int = 1 << 28) throws -> [UInt8] {
        try column(UInt8.self, count: try count(upTo: limit))
    }

    package mutating func indices(below limit: Int) throws -> IndexList {
        let count = try count(upTo: limit)
        guard count > 0 else { return [] }
        if try number() == 1 {
            let first = try self.count(upTo: limit - count)
            return IndexList(first..<first + count)
        }
        var indices: [Int] = []
        for _ in 0..<count { indices.append(try self.count(upTo: limit - 1)) }
        return IndexList(indices)
    }

    /// - Throws: `PackedFault` when something follows.
    package mutating func expectEnd() throws {
        guard position == piece.count, try next() == nil else { throw PackedFault("more follows than was expected") }
    }

    private mutating func turn() throws {
        repeat {
            guard let next = try next() else { throw PackedFault("it ends early") }
            piece = next
        } while piece.isEmpty
        position = 0
    }
}
