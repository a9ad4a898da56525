extension TerminalReply {
    /// The reply after `ESC [`, the last byte included; `nil` where it is none.
    init?(controlSequence body: ArraySlice<UInt8>) {
        guard body.first == UInt8(ascii: "?"), let final = body.last else { return nil }
        let rest = body.dropFirst().dropLast()
        if final == UInt8(ascii: "c") {
            guard let numbers = KeySequence.numbers(rest) else { return nil }
            self = .deviceAttributes(numbers)
        } else if final == UInt8(ascii: "y"), rest.last == UInt8(ascii: "$") {
            guard let numbers = KeySequence.numbers(rest.dropLast()), numbers.count == 2,
                let state = ModeState(rawValue: numbers[1])
            else { return nil }
            self = .mode(numbers[0], state)
        } else {
            return nil
        }
    }

    /// The reply after `ESC ]`, its end left out: `11;rgb:hhhh/hhhh/hhhh` with one to four digits each.
    init?(operatingSystemCommand body: ArraySlice<UInt8>) {
        let text = String(decoding: body, as: UTF8.self)
        guard text.hasPrefix("11;rgb") else { return nil }
        let fields = text.dropFirst("11;rgb".count).drop { $0 == "a" }
        guard fields.first == ":" else { return nil }
        let parts = fields.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(Self.share)
        guard parts.count == 3 || parts.count == 4, let red = parts[0], let green = parts[1], let blue = parts[2]
        else { return nil }
        // How bright it looks, by ITU-R BT.601.
        let brightness = 0.299 * red + 0.587 * green + 0.114 * blue
        self = .background(brightness >= 0.5 ? .light : .dark)
    }

    /// From 0 to 1; `nil` for what is no number of one to four digits.
    private static func share(_ digits: Substring) -> Double? {
        guard (1...4).contains(digits.utf8.count), digits.allSatisfy({ $0.isHexDigit }),
            let value = UInt32(digits, radix: 16)
        else { return nil }
        return Double(value) / Double((1 << (4 * digits.utf8.count)) - 1)
    }
}
