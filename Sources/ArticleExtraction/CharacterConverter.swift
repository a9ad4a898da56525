import CLibXML2

/// Turns bytes of one encoding into UTF-8, each invalid sequence becoming U+FFFD.
@safe struct CharacterConverter: ~Copyable {
    private let handle: iconv_t

    /// Nil when this system has no converter for the encoding.
    init?(_ encoding: CharacterEncoding) {
        guard let handle = unsafe etl_iconv_open("UTF-8", encoding.converterName) else { return nil }
        unsafe self.handle = handle
    }

    deinit {
        unsafe iconv_close(handle)
    }

    /// The text of `bytes`, or nil when `isCancelled` says so, which is asked every few thousand bytes.
    func utf8(_ bytes: ArraySlice<UInt8>, isCancelled: () -> Bool) -> [UInt8]? {
        unsafe etl_iconv_reset(handle)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 2)
        var rest = bytes
        var turns = 0
        while !rest.isEmpty {
            if turns % 256 == 0, isCancelled() { return nil }
            turns += 1
            let isLast = rest.count <= Self.pieceLength
            let (consumed, outcome) = convert(rest.prefix(Self.pieceLength), onto: &text)
            rest = rest.dropFirst(consumed)
            if outcome == etl_iconv_invalid || (isLast && outcome == etl_iconv_incomplete && consumed == 0) {
                text += [0xEF, 0xBF, 0xBD]
                rest = rest.dropFirst()
            } else if consumed == 0, outcome != etl_iconv_done {
                rest = rest.dropFirst()
            }
        }
        return text
    }

    /// Bytes handed over at once; no encoding has characters that become four times as long in UTF-8.
    private static let pieceLength = 4_096

    /// Appends what `piece` means, up to its end or the first place that means nothing.
    private func convert(
        _ piece: ArraySlice<UInt8>,
        onto text: inout [UInt8]
    ) -> (consumed: Int, outcome: etl_iconv_outcome) {
        let capacity = Self.pieceLength * 4
        var consumed = 0
        var outcome = etl_iconv_done
        text += unsafe [UInt8](unsafeUninitializedCapacity: capacity) { target, written in
            unsafe piece.withUnsafeBytes { source in
                var input = unsafe source.bindMemory(to: CChar.self).baseAddress
                var inputLeft = source.count
                unsafe target.withMemoryRebound(to: CChar.self) { target in
                    var output = target.baseAddress
                    var outputLeft = capacity
                    unsafe outcome = etl_iconv(handle, &input, &inputLeft, &output, &outputLeft)
                    written = capacity - outputLeft
                }
                consumed = source.count - inputLeft
            }
        }
        return (consumed, outcome)
    }
}
