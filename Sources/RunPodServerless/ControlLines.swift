import NIOCore

/// Cuts what comes over a control socket into lines, of which none may be too long.
struct ControlLines {
    enum Piece: Sendable, Hashable {
        case line([UInt8])
        /// More bytes came without the end of a line than one may have.
        case tooLong
        case end
    }

    private var pieces: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var buffer = ByteBuffer()
    /// Bytes of the buffer that have no end of a line among them.
    private var searched = 0

    init(_ pieces: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) { self.pieces = pieces }

    /// The next line without its end; empty ones are passed over, and what has no end is none.
    mutating func next() async throws -> Piece {
        while true {
            if let line = takeLine() {
                if line.count > ControlLine.limit { return .tooLong }
                if line.isEmpty { continue }
                return .line(line)
            }
            if buffer.readableBytes > ControlLine.limit { return .tooLong }
            guard var piece = try await pieces.next(isolation: #isolation) else { return .end }
            buffer.discardReadBytes()
            buffer.writeBuffer(&piece)
        }
    }

    private mutating func takeLine() -> [UInt8]? {
        let view = buffer.readableBytesView.dropFirst(searched)
        guard let end = view.firstIndex(of: UInt8(ascii: "\n")) else {
            searched = buffer.readableBytes
            return nil
        }
        let length = end - buffer.readerIndex
        searched = 0
        guard var line = buffer.readBytes(length: length) else { return nil }
        buffer.moveReaderIndex(forwardBy: 1)
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
    }
}
