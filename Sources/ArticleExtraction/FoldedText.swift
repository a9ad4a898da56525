/// Text under way: UTF-8 in which any run of white space is one space, and none stands at the ends.
struct FoldedText {
    private(set) var bytes: [UInt8] = []
    /// Characters so far; one of Chinese, Japanese or Korean says as much as two of others and counts so.
    private(set) var characters = 0
    private var spaceIsDue = false

    var isEmpty: Bool { bytes.isEmpty }

    /// Appends text and says how many characters that added.
    @discardableResult
    mutating func append(_ text: ArraySlice<UInt8>) -> Int {
        let before = characters
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte < 0x80 {
                if byte <= 0x20 || byte == 0x7F {
                    appendSpace()
                } else {
                    appendDueSpace()
                    bytes.append(byte)
                    characters += 1
                }
                index += 1
                continue
            }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
            let end = min(index + length, text.endIndex)
            switch Self.kind(text[index..<end]) {
            case .space: appendSpace()
            case .nothing: break
            case .character(let weight):
                appendDueSpace()
                bytes += text[index..<end]
                characters += weight
            }
            index = end
        }
        return characters - before
    }

    mutating func appendSpace() {
        spaceIsDue = true
    }

    private mutating func appendDueSpace() {
        if spaceIsDue, !bytes.isEmpty {
            bytes.append(0x20)
            characters += 1
        }
        spaceIsDue = false
    }

    private enum Kind {
        case space
        case nothing
        case character(Int)
    }

    private static func kind(_ sequence: ArraySlice<UInt8>) -> Kind {
        var code: UInt32 = 0
        for byte in sequence.dropFirst() { code = code << 6 | UInt32(byte & 0x3F) }
        let lead = sequence.first ?? 0
        code |=
            UInt32(lead & (sequence.count == 4 ? 0x07 : sequence.count == 3 ? 0x0F : 0x1F))
            << UInt32(6 * (sequence.count - 1))
        switch code {
        case 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: return .space
        case 0x80...0x9F, 0xAD, 0x200B, 0x2060, 0xFEFF: return .nothing
        case 0x2E80...0xD7FF, 0xF900...0xFAFF, 0xFF01...0xFF60, 0x20000...0x3FFFF: return .character(2)
        default: return .character(1)
        }
    }
}
