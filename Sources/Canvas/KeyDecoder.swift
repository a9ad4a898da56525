/// Turns the bytes of a terminal into keys, pastes and replies.
///
/// A pure state machine: what comes out doesn't depend on how the bytes are cut. What it doesn't know is swallowed
/// whole. It holds no more than 64 kB, however long a sequence goes on.
package struct KeyDecoder: Sendable {
    private enum State: Sendable {
        case ground
        /// After ESC, or after two of them.
        case escape
        case ss3
        case csi
        /// After `CSI [`, which the Linux console sends before F1 to F5.
        case linuxFunction
        /// Inside of an old mouse report, which has no end mark.
        case mouse(left: Int)
        /// Inside of OSC, DCS, APC, PM or SOS.
        case string
        /// After ESC in one of them: its end, or the start of something else.
        case stringEscape
        /// Inside of a character of several bytes.
        case text(left: Int, lowest: UInt8, highest: UInt8)
        /// Inside of a paste, after so many bytes of its end mark.
        case paste(matched: Int)
    }

    /// Bytes of a paste that are kept; the rest of it is dropped.
    package static let pasteLimit = 65_536
    private static let sequenceLimit = 256
    private static let pasteEnd: [UInt8] = [0x1b, 0x5b, 0x32, 0x30, 0x31, 0x7e]

    private let extraKeys: [[UInt8]: Key]
    private var state = State.ground
    /// The bytes of what is being decoded, the first ESC of two left out; or of a paste.
    private var bytes: [UInt8] = []
    private var isOverlong = false
    /// An ESC came before the ESC that the sequence begins with.
    private var isDoubled = false
    private var hasAlt = false
    private var decoded: [Decoded] = []

    /// A decoder that knows what common terminals send.
    ///
    /// - Parameter extraKeys: More sequences, such as terminfo tells; they begin with ESC and win over what is known.
    package init(extraKeys: [[UInt8]: Key] = [:]) {
        self.extraKeys = extraKeys.filter { bytes, _ in bytes.count >= 2 && bytes.first == 0x1b }
    }

    /// Whether something has begun whose end has not come; the caller waits ``patience`` for more, then calls ``expire()``.
    package var isWaiting: Bool {
        if case .ground = state { false } else { true }
    }

    /// Bytes of what has begun that are kept.
    package var heldBytes: Int { bytes.count }

    /// How long to wait for the next byte.
    ///
    /// Short where a person waits for Esc; longer where bytes that come late would be taken for keys.
    package var patience: Duration {
        switch state {
        case .ground, .escape, .ss3, .text: .milliseconds(25)
        case .csi, .linuxFunction, .mouse: .milliseconds(bytes.count <= 2 ? 25 : 100)
        case .string, .stringEscape: .milliseconds(bytes.count <= 2 ? 25 : 500)
        case .paste: .seconds(2)
        }
    }

    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [Decoded] {
        for byte in bytes { step(byte) }
        return takeDecoded()
    }

    /// Takes what has come for all that there will be: a lone ESC becomes the Esc key, a torn sequence nothing.
    package mutating func expire() -> [Decoded] {
        switch state {
        case .ground: break
        case .escape:
            if isDoubled { emit(Key(.escape)) }
            emit(Key(.escape))
        case .ss3, .csi, .string:
            // Alt with a letter looks like the start of a sequence.
            if bytes.count == 2, let letter = bytes.last {
                if isDoubled { emit(Key(.escape)) }
                emit(Key(.character(Character(Unicode.Scalar(letter))), .alt))
            }
        case .linuxFunction, .mouse, .stringEscape: break
        case .text: emitCharacter("\u{FFFD}")
        case .paste(let matched):
            bytes.append(contentsOf: Self.pasteEnd.prefix(matched).prefix(Self.pasteLimit - bytes.count))
            emitPaste()
        }
        reset()
        return takeDecoded()
    }

    private mutating func takeDecoded() -> [Decoded] {
        defer { decoded.removeAll() }
        return decoded
    }

    // MARK: -

    private mutating func step(_ byte: UInt8) {
        switch state {
        case .ground: ground(byte)
        case .escape: escape(byte)
        case .ss3: functionKey(byte)
        case .csi: controlSequence(byte)
        case .linuxFunction:
            guard byte >= 0x20 else { return restart(byte) }
            finish(KeySequence.linuxFunction(byte))
        case .mouse(let left):
            guard byte >= 0x20 else { return restart(byte) }
            if left > 1 { state = .mouse(left: left - 1) } else { reset() }
        case .string:
            switch byte {
            case 0x07: finishString()
            case 0x1b: state = .stringEscape
            case 0x18, 0x1a: reset()
            default: keep(byte)
            }
        case .stringEscape:
            if byte == 0x5c { return finishString() }
            restart(0x1b)
            step(byte)
        case .text(let left, let lowest, let highest):
            guard byte >= lowest && byte <= highest else {
                emitCharacter("\u{FFFD}")
                return restart(byte)
            }
            keep(byte)
            if left > 1 {
                state = .text(left: left - 1, lowest: 0x80, highest: 0xbf)
            } else {
                // `bytes` is valid: every byte was in the range that its place allows.
                for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars where scalar.value >= 0xa0 {
                    emitCharacter(Character(scalar))
                }
                reset()
            }
        case .paste(let matched): paste(byte, matched)
        }
    }

    private mutating func ground(_ byte: UInt8) {
        switch byte {
        case 0x1b:
            keep(byte)
            state = .escape
        case 0x00..<0x20, 0x7f: emitControl(byte)
        case 0x20..<0x7f: emitCharacter(Character(Unicode.Scalar(byte)))
        case 0xc2...0xdf: beginText(byte, left: 1, 0x80, 0xbf)
        case 0xe0: beginText(byte, left: 2, 0xa0, 0xbf)
        case 0xed: beginText(byte, left: 2, 0x80, 0x9f)
        case 0xe1...0xef: beginText(byte, left: 2, 0x80, 0xbf)
        case 0xf0: beginText(byte, left: 3, 0x90, 0xbf)
        case 0xf1...0xf3: beginText(byte, left: 3, 0x80, 0xbf)
        case 0xf4: beginText(byte, left: 3, 0x80, 0x8f)
        default: emitCharacter("\u{FFFD}")
        }
    }

    private mutating func beginText(_ byte: UInt8, left: Int, _ lowest: UInt8, _ highest: UInt8) {
        keep(byte)
        state = .text(left: left, lowest: lowest, highest: highest)
    }

    private mutating func escape(_ byte: UInt8) {
        if byte == 0x1b {
            if isDoubled { emit(Key(.escape)) }
            isDoubled = true
            return
        }
        keep(byte)
        if finishExtraKey() { return }
        switch byte {
        case 0x5b: state = .csi
        case 0x4f: state = .ss3
        case 0x5d, 0x50, 0x58, 0x5e, 0x5f: state = .string
        default:
            if isDoubled { emit(Key(.escape)) }
            reset()
            hasAlt = true
            ground(byte)
        }
    }

    /// After `ESC O`.
    private mutating func functionKey(_ byte: UInt8) {
        guard byte >= 0x20 && byte < 0x7f else { return restart(byte) }
        keep(byte)
        if finishExtraKey() { return }
        if byte < 0x40 && byte != 0x20 { return }
        finish(KeySequence.functionKey(bytes[2...]))
    }

    /// After `ESC [`.
    private mutating func controlSequence(_ byte: UInt8) {
        // A control character is no part of any sequence: what comes is something new.
        guard byte >= 0x20 && byte < 0x7f else { return restart(byte) }
        keep(byte)
        if finishExtraKey() { return }
        if byte == 0x5b && bytes.count == 3 {
            state = .linuxFunction
        } else if byte == 0x24 && bytes.count > 3 && bytes[2..<bytes.count - 1].allSatisfy({ 0x30...0x39 ~= $0 }) {
            // rxvt ends a key pressed with Shift so, with one number and what nobody else has at an end.
            finish(KeySequence.control(bytes[2...]))
        } else if byte >= 0x40 {
            if isOverlong { return reset() }
            finishControlSequence(bytes[2...])
        }
    }

    private mutating func finishControlSequence(_ body: ArraySlice<UInt8>) {
        switch body {
        case [0x4d]:
            emitDoubledEscape()
            state = .mouse(left: 3)
        case [0x49], [0x4f]:
            emitDoubledEscape()
            decoded.append(.input(.focus(body == [0x49])))
            reset()
        case [0x32, 0x30, 0x30, 0x7e]:
            emitDoubledEscape()
            reset()
            state = .paste(matched: 0)
        default:
            if let reply = TerminalReply(controlSequence: body) {
                emitDoubledEscape()
                decoded.append(.reply(reply))
                reset()
            } else {
                finish(KeySequence.control(body))
            }
        }
    }

    private mutating func finishString() {
        emitDoubledEscape()
        if !isOverlong, bytes.count > 2, bytes[1] == 0x5d,
            let reply = TerminalReply(operatingSystemCommand: bytes[2...])
        {
            decoded.append(.reply(reply))
        }
        reset()
    }

    private mutating func paste(_ byte: UInt8, _ matched: Int) {
        if byte == Self.pasteEnd[matched] {
            if matched + 1 < Self.pasteEnd.count {
                state = .paste(matched: matched + 1)
            } else {
                emitPaste()
                reset()
            }
        } else {
            for byte in Self.pasteEnd.prefix(matched) where bytes.count < Self.pasteLimit { bytes.append(byte) }
            if byte == 0x1b {
                state = .paste(matched: 1)
            } else {
                if bytes.count < Self.pasteLimit { bytes.append(byte) }
                state = .paste(matched: 0)
            }
        }
    }

    // MARK: -

    private mutating func keep(_ byte: UInt8) {
        if bytes.count < Self.sequenceLimit { bytes.append(byte) } else { isOverlong = true }
    }

    private mutating func reset() {
        state = .ground
        bytes.removeAll(keepingCapacity: bytes.capacity <= 1024)
        isOverlong = false
        isDoubled = false
        hasAlt = false
    }

    /// Gives up what was being decoded and goes on with a byte as if nothing had been before it.
    private mutating func restart(_ byte: UInt8) {
        reset()
        ground(byte)
    }

    private mutating func finishExtraKey() -> Bool {
        guard !extraKeys.isEmpty, let key = extraKeys[bytes] else { return false }
        finish(key)
        return true
    }

    private mutating func finish(_ key: Key?) {
        if var key {
            if isDoubled { key.modifiers.insert(.alt) }
            emit(key)
        }
        reset()
    }

    private mutating func emit(_ key: Key) {
        decoded.append(.input(.key(key)))
    }

    /// Two ESC are Alt with a key; before what is no key the first one was the Esc key.
    private mutating func emitDoubledEscape() {
        if isDoubled { emit(Key(.escape)) }
        isDoubled = false
    }

    private mutating func emitCharacter(_ character: Character) {
        emit(Key(.character(character), hasAlt ? .alt : []))
        hasAlt = false
    }

    private mutating func emitControl(_ byte: UInt8) {
        var key = KeySequence.controlCharacter(byte)
        if hasAlt { key.modifiers.insert(.alt) }
        hasAlt = false
        emit(key)
    }

    private mutating func emitPaste() {
        guard !bytes.isEmpty else { return }
        if bytes.count == Self.pasteLimit { dropTornCharacter() }
        // Terminals send what Enter sends for the end of a line.
        var text = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar == "\n" && previous == "\r" {
                previous = scalar
                continue
            }
            text.append(scalar == "\r" ? "\n" : scalar)
            previous = scalar
        }
        decoded.append(.input(.paste(String(text))))
    }

    /// Takes off the start of a character whose end the limit has cut.
    private mutating func dropTornCharacter() {
        guard let lead = bytes.suffix(4).lastIndex(where: { $0 & 0xc0 != 0x80 }) else { return }
        let length = bytes[lead] < 0x80 ? 1 : bytes[lead] < 0xe0 ? 2 : bytes[lead] < 0xf0 ? 3 : 4
        if bytes.count - lead < length { bytes.removeSubrange(lead...) }
    }
}
