import Canvas

/// Names under which terminfo tells what keys send.
enum TerminfoKeys {
    static let all: [String: Key] = {
        var keys: [String: Key] = [
            "kcuu1": Key(.up), "kcud1": Key(.down), "kcub1": Key(.left), "kcuf1": Key(.right),
            "khome": Key(.home), "kend": Key(.end), "kpp": Key(.pageUp), "knp": Key(.pageDown),
            "kich1": Key(.insert), "kdch1": Key(.delete), "kbs": Key(.backspace), "kcbt": Key(.tab, .shift),
            "kent": Key(.enter), "kUP": Key(.up, .shift), "kDN": Key(.down, .shift), "kLFT": Key(.left, .shift),
            "kRIT": Key(.right, .shift), "kHOM": Key(.home, .shift), "kEND": Key(.end, .shift),
            "kPRV": Key(.pageUp, .shift), "kNXT": Key(.pageDown, .shift),
        ]
        for number in 1...12 { keys["kf\(number)"] = Key(.function(number)) }
        return keys
    }()

    /// What a terminal's keys send, for a decoder.
    static func sequences(_ capabilities: Capabilities) -> [[UInt8]: Key] {
        var sequences: [[UInt8]: Key] = [:]
        for (name, key) in all {
            // A single byte is a control character, which the decoder knows.
            guard let bytes = capabilities.strings[name], bytes.count > 1 else { continue }
            sequences[bytes] = key
        }
        return sequences
    }
}
