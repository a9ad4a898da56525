package import Flashpoints

/// The scalars of a batch's flashpoints, by input index, in columns of some 60 bytes a flashpoint.
///
/// The bodies stay in the run's spool; whoever builds a job reads them there.
package struct Catalogue: Sendable {
    private var idBytes: [UInt8] = []
    private var idEnds: [UInt32] = []
    private var hashBytes: [UInt8] = []
    private var weights: [Float] = []
    private var offsets: [Int64] = []
    private var lengths: [UInt32] = []

    package init() {}

    /// Number of flashpoints.
    package var count: Int { weights.count }

    /// Adds the next flashpoint; its index is the count before.
    ///
    /// - Parameter hash: hexadecimal digits, an even number of them and the same for all flashpoints.
    package mutating func append(id: String, hash: String, weight: Double, offset: Int64, length: Int) {
        idBytes.append(contentsOf: id.utf8)
        idEnds.append(UInt32(truncatingIfNeeded: idBytes.count))
        hashBytes.append(contentsOf: Self.bytes(ofHex: hash))
        weights.append(Float(weight))
        offsets.append(offset)
        lengths.append(UInt32(clamping: length))
    }

    package func id(_ index: Int) -> String {
        let start = index == 0 ? 0 : Int(idEnds[index - 1])
        return String(decoding: idBytes[start..<Int(idEnds[index])], as: UTF8.self)
    }

    package func hash(_ index: Int) -> String {
        let width = hashBytes.count / max(count, 1)
        let digits = Array("0123456789abcdef".utf8)
        var hex: [UInt8] = []
        hex.reserveCapacity(width * 2)
        for byte in hashBytes[(index * width)..<((index + 1) * width)] {
            hex.append(digits[Int(byte >> 4)])
            hex.append(digits[Int(byte & 15)])
        }
        return String(decoding: hex, as: UTF8.self)
    }

    package func weight(_ index: Int) -> Double { Double(weights[index]) }

    /// Where the flashpoint's line begins in the spool.
    package func offset(_ index: Int) -> Int64 { offsets[index] }

    /// Bytes of the flashpoint's line in the spool, without its line end.
    package func length(_ index: Int) -> Int { Int(lengths[index]) }

    /// All weights, by index.
    package var allWeights: [Double] { weights.map(Double.init) }

    private static func bytes(ofHex hex: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in hex.utf8 {
            let value: UInt8 =
                switch digit {
                case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
                case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
                case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
                default: 0
                }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}

extension Catalogue {
    /// Writes the columns.
    ///
    /// - Throws: What the writer throws.
    package func pack(into writer: inout PackedWriter) throws {
        try writer.append(count)
        try writer.append(idBytes.count)
        try writer.append(hashBytes.count)
        try writer.append(column: idBytes)
        try writer.append(column: idEnds)
        try writer.append(column: hashBytes)
        try writer.append(column: weights)
        try writer.append(column: offsets)
        try writer.append(column: lengths)
    }

    /// Reads the columns, each in memory of just its size.
    ///
    /// - Throws: `PackedFault` for bytes that are no catalogue.
    package init(packed reader: inout PackedReader) throws {
        let count = try reader.count(upTo: Int(Int32.max))
        let (idCount, hashCount) = (try reader.count(upTo: 1 << 32), try reader.count(upTo: 1 << 40))
        idBytes = try reader.column(UInt8.self, count: idCount)
        idEnds = try reader.column(UInt32.self, count: count)
        hashBytes = try reader.column(UInt8.self, count: hashCount)
        weights = try reader.column(Float.self, count: count)
        offsets = try reader.column(Int64.self, count: count)
        lengths = try reader.column(UInt32.self, count: count)
        var end: UInt32 = 0
        for next in idEnds {
            guard next >= end else { throw PackedFault("its ids overlap") }
            end = next
        }
        guard Int(end) == idCount, count == 0 ? hashCount == 0 : hashCount % count == 0 else {
            throw PackedFault("its columns differ in length")
        }
    }
}
