extension ScreenModel {
    /// Where in a sequence the bytes stand.
    enum Parser: Sendable, Equatable {
        case ground
        case escape([UInt8])
        case control([UInt8])
        /// A string until ST or, for commands, BEL; whether its last byte was ESC.
        case string(UInt8, [UInt8], sawEscape: Bool)
    }

    /// Takes what was sent.
    ///
    /// - Returns: What it answers.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var replies: [UInt8] = []
        for byte in bytes {
            bytesTaken += 1
            replies += take(byte)
        }
        return replies
    }

    private mutating func take(_ byte: UInt8) -> [UInt8] {
        // CAN and SUB end whatever was begun.
        if byte == 0x18 || byte == 0x1A {
            (parser, pendingText) = (.ground, [])
            return []
        }
        switch parser {
        case .ground:
            return takeGround(byte)
        case .escape(let intermediates):
            takeEscape(byte, intermediates)
        case .control(let body):
            if byte == 0x1B {
                parser = .escape([])
            } else if byte < 0x20 {
                return takeGround(byte)
            } else if (0x40...0x7E).contains(byte) {
                parser = .ground
                return perform(Control(body, final: byte))
            } else {
                parser = .control(body + [byte])
            }
        case .string(let kind, let body, let sawEscape):
            if sawEscape, byte == UInt8(ascii: "\\") {
                parser = .ground
                return end(kind, body)
            }
            if byte == 0x07, kind == UInt8(ascii: "]") {
                parser = .ground
                return end(kind, body)
            }
            if byte == 0x1B, !sawEscape {
                parser = .string(kind, body, sawEscape: true)
            } else {
                parser = .string(kind, body + (sawEscape ? [0x1B, byte] : [byte]), sawEscape: false)
            }
        }
        return []
    }

    private mutating func takeGround(_ byte: UInt8) -> [UInt8] {
        if byte >= 0x20, byte != 0x7F {
            pendingText.append(byte)
            if let scalar = completeScalar() { put(scalar) }
            return []
        }
        pendingText = []
        switch byte {
        case 0x07: bells += 1
        case 0x08:
            x = max(0, x - 1)
            isWrapPending = false
        case 0x09:
            x = min(width - 1, (x / 8 + 1) * 8)
            isWrapPending = false
        case 0x0A, 0x0B, 0x0C: lineFeed()
        case 0x0D: (x, isWrapPending) = (0, false)
        case 0x1B: parser = .escape([])
        case 0x00, 0x0E, 0x0F, 0x7F: break
        default: note("control \(byte)")
        }
        return []
    }

    /// The scalar that the pending bytes make, once they do.
    private mutating func completeScalar() -> Unicode.Scalar? {
        guard let first = pendingText.first else { return nil }
        let length = first < 0x80 ? 1 : first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard pendingText.count >= length else { return nil }
        defer { pendingText = [] }
        return String(decoding: pendingText, as: UTF8.self).unicodeScalars.first
    }

    private mutating func takeEscape(_ byte: UInt8, _ intermediates: [UInt8]) {
        if byte == 0x1B {
            parser = .escape([])
            return
        }
        if (0x20...0x2F).contains(byte) {
            parser = .escape(intermediates + [byte])
            return
        }
        parser = .ground
        guard intermediates.isEmpty else {
            // Character sets: everything here is UTF-8.
            if ![UInt8(ascii: "("), UInt8(ascii: ")")].contains(intermediates[0]) {
                note("ESC \(String(decoding: intermediates + [byte], as: UTF8.self))")
            }
            return
        }
        switch Character(Unicode.Scalar(byte)) {
        case "[": parser = .control([])
        case "]", "P", "_", "^", "X": parser = .string(byte, [], sawEscape: false)
        case "7": saved = (x, y, look)
        case "8": restoreCursor()
        case "=": hasApplicationKeypad = true
        case ">": hasApplicationKeypad = false
        case "M": reverseLineFeed()
        case "D": lineFeed()
        case "E":
            x = 0
            lineFeed()
        case "c": self = ScreenModel(width: width, height: height, answers: answers)
        case "\\": break
        default: note("ESC \(Character(Unicode.Scalar(byte)))")
        }
    }

    private mutating func end(_ kind: UInt8, _ body: [UInt8]) -> [UInt8] {
        let text = String(decoding: body, as: UTF8.self)
        guard kind == UInt8(ascii: "]") else {
            note("string \(Character(Unicode.Scalar(kind)))\(text)")
            return []
        }
        if text == "11;?" {
            return answers.background.map { Array("\u{1B}]11;rgb:\($0)\u{1B}\\".utf8) } ?? []
        }
        commands.append(text)
        return []
    }

    mutating func note(_ text: String) {
        unknown = Array((unknown + [text]).suffix(100))
    }
}

extension ScreenModel {
    /// A control sequence, cut into its parts.
    struct Control {
        var prefix: Character?
        var parameters: [Int?]
        var intermediates: String
        var final: Character
        var text: String

        init(_ body: [UInt8], final: UInt8) {
            self.final = Character(Unicode.Scalar(final))
            text = String(decoding: body, as: UTF8.self) + String(self.final)
            var rest = body[...]
            if let first = rest.first, (0x3C...0x3F).contains(first) {
                prefix = Character(Unicode.Scalar(first))
                rest = rest.dropFirst()
            }
            let numbers = rest.prefix { (0x30...0x3B).contains($0) }
            intermediates = String(decoding: rest.dropFirst(numbers.count), as: UTF8.self)
            parameters = String(decoding: numbers, as: UTF8.self)
                .split(separator: ";", omittingEmptySubsequences: false)
                .map { Int($0) }
        }

        /// The parameter at a place, or the default when it is missing or 0.
        func count(_ place: Int = 0, or standard: Int = 1) -> Int {
            guard place < parameters.count, let value = parameters[place], value > 0 else { return standard }
            return value
        }

        func value(_ place: Int = 0) -> Int { place < parameters.count ? parameters[place] ?? 0 : 0 }
    }
}
