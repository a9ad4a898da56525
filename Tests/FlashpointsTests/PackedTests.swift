import Flashpoints
import Testing

@Suite("Packed bytes")
struct PackedTests {
    private final class Pieces {
        var list: [[UInt8]] = []
    }

    @Test("Values come back across the borders of pieces, and no piece is larger than said")
    func pieces() throws {
        let numbers = [0, 1, 127, 128, 300, .max, .min, -1]
        let column = (0..<700_000).map { Int32(truncatingIfNeeded: $0 &* 7_919) }
        let indices: [IndexList] = [[], [5], IndexList(3..<900), [1, 4, 9]]
        let store = Pieces()
        var writer = PackedWriter { store.list.append($0) }
        for number in numbers { try writer.append(number) }
        try writer.append(column: column)
        for list in indices { try writer.append(list) }
        try writer.append(Array("bytes".utf8))
        try writer.append(column: [1.5, -2.25] as [Float])
        try writer.finish()
        #expect(store.list.count == 3)
        #expect(store.list.allSatisfy { $0.count <= PackedWriter.pieceBytes })

        var rest = Array(store.list.reversed())
        var reader = PackedReader { rest.popLast() }
        for number in numbers { #expect(try reader.number() == number) }
        #expect(try reader.column(Int32.self, count: column.count) == column)
        for list in indices { #expect(try reader.indices(below: 900) == list) }
        #expect(try reader.bytes() == Array("bytes".utf8))
        #expect(try reader.column(Float.self, count: 2) == [1.5, -2.25])
        try reader.expectEnd()
    }

    @Test("The checksum is that of the specification, and one changed bit is another one")
    func checksum() {
        #expect(Checksum.of([]) == 0xEF46_DB37_51D8_E999)
        #expect(Checksum.of(Array("a".utf8)) == 0xD24E_C4F1_A98C_6E5B)
        #expect(Checksum.of(Array("abc".utf8)) == 0x44BC_2CF5_AD77_0999)
        for count in 1...100 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            var changed = bytes
            changed[count / 2] ^= 0x10
            #expect(Checksum.of(changed) != Checksum.of(bytes))
        }
    }
}
