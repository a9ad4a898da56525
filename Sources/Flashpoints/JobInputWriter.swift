/// Writes a job's input around flashpoints that are encoded already.
///
/// The lines of the spool go in as they are, so a chunk of 8 MB costs a copy and its size is known before.
package struct JobInputWriter: Sendable, Hashable {
    private let head: [UInt8]
    private let tail: [UInt8]

    /// Prepares everything but the flashpoints.
    ///
    /// - Parameter more: Further fields, as a batch that is to be coordinated has.
    package init(
        date: String,
        trigger: String,
        cleanup: Bool,
        run: RunReference?,
        more: KeyValuePairs<String, JSONValue> = [:]
    ) throws {
        var head = Array(#"{"date":"#.utf8)
        head += try JSONCoding.encode(date)
        head += Array(#","trigger":"#.utf8)
        head += try JSONCoding.encode(trigger)
        head += Array(#","cleanup":\#(cleanup),"flashpoints":["#.utf8)
        self.head = head
        var tail = Array("]".utf8)
        for (key, value) in more {
            tail += Array(",".utf8)
            tail += try JSONCoding.encode(key)
            tail += Array(":".utf8)
            tail += try JSONCoding.encode(value)
        }
        if let run {
            tail += Array(#","run":"#.utf8)
            tail += try JSONCoding.encode(run)
        }
        tail += Array("}".utf8)
        self.tail = tail
    }

    /// The size in bytes of the input with `count` flashpoints of `bytes` in all.
    package func size(count: Int, bytes: Int) -> Int {
        head.count + tail.count + bytes + max(0, count - 1)
    }

    /// The input with flashpoints as the spool holds them.
    package func encode(lines: some Collection<[UInt8]>) -> [UInt8] {
        let bytes = lines.reduce(0) { $0 + $1.count }
        var input: [UInt8] = []
        input.reserveCapacity(size(count: lines.count, bytes: bytes))
        input += head
        for (position, line) in lines.enumerated() {
            if position > 0 { input.append(.comma) }
            input += line
        }
        input += tail
        return input
    }

    /// The input with bare ids, for handlers that load flashpoints themselves.
    package func encode(ids: some Collection<String>) throws -> [UInt8] {
        encode(lines: try ids.map { Array(try JSONCoding.encode($0)) })
    }
}
