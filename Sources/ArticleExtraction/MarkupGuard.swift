/// Takes out of a page, before it is parsed, what would cost the parser more than its length.
///
/// libxml2 compares each attribute of a tag with all before it, so a tag with a million attributes takes hours within a
/// single event; and a NUL ends the page for it. Comments go as well: nobody reads them.
struct MarkupGuard {
    private let page: [UInt8]
    private let attributeLimit: Int
    private var position = 0
    /// What lies before `position` and isn't copied yet begins here.
    private var pending = 0
    private var result: [UInt8] = []

    /// The page, in UTF-8, without comments, NULs and attributes beyond `attributeLimit` of one element.
    static func pass(_ page: [UInt8], attributeLimit: Int) -> [UInt8] {
        var guarded = MarkupGuard(page: page, attributeLimit: attributeLimit)
        return guarded.run()
    }

    private init(page: [UInt8], attributeLimit: Int) {
        self.page = page
        self.attributeLimit = attributeLimit
    }

    private mutating func run() -> [UInt8] {
        result.reserveCapacity(page.count)
        while let byte = current {
            if byte == 0 {
                leaveOut { $0.position += 1 }
            } else if byte == UInt8(ascii: "<") {
                passMarkup()
            } else {
                position += 1
            }
        }
        copyPending()
        return result
    }

    private var current: UInt8? {
        position < page.count ? page[position] : nil
    }

    private mutating func passMarkup() {
        if follows("<!--") {
            leaveOut { $0.passComment() }
            return
        }
        position += 1
        guard let byte = current, Self.isLetter(byte) else { return }
        let nameStart = position
        while let byte = current, !Self.isSpace(byte), byte != UInt8(ascii: ">"), byte != UInt8(ascii: "/"), byte != 0 {
            position += 1
        }
        let name = page[nameStart..<min(position, nameStart + 8)].map { $0 | 0x20 }
        passAttributes()
        for raw in Self.rawTextElements where name == raw { passRawText(until: raw) }
    }

    private static let rawTextElements = [Array("script".utf8), Array("style".utf8)]

    private mutating func passAttributes() {
        var count = 0
        while let byte = current {
            if byte == UInt8(ascii: ">") {
                position += 1
                return
            }
            if byte == 0 {
                leaveOut { $0.position += 1 }
            } else if Self.isSpace(byte) || byte == UInt8(ascii: "/") {
                position += 1
            } else if count < attributeLimit {
                count += 1
                passAttribute()
            } else {
                leaveOut { $0.passAttribute() }
            }
        }
    }

    private mutating func passAttribute() {
        position += 1
        while let byte = current, !Self.isSpace(byte), !Self.endsName(byte) {
            if byte == 0 { leaveOut { $0.position += 1 } } else { position += 1 }
        }
        passSpace()
        guard current == UInt8(ascii: "=") else { return }
        position += 1
        passSpace()
        guard let quote = current else { return }
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            position += 1
            while let byte = current, byte != quote {
                if byte == 0 { leaveOut { $0.position += 1 } } else { position += 1 }
            }
            if current != nil { position += 1 }
        } else {
            while let byte = current, !Self.isSpace(byte), byte != UInt8(ascii: ">") {
                if byte == 0 { leaveOut { $0.position += 1 } } else { position += 1 }
            }
        }
    }

    private mutating func passSpace() {
        while let byte = current, Self.isSpace(byte) { position += 1 }
    }

    /// Goes to the end tag of a script or style, whose content is no markup.
    private mutating func passRawText(until name: [UInt8]) {
        while let byte = current {
            if byte == 0 {
                leaveOut { $0.position += 1 }
            } else if byte == UInt8(ascii: "<"), isEndTag(of: name) {
                return
            } else {
                position += 1
            }
        }
    }

    private func isEndTag(of name: [UInt8]) -> Bool {
        let start = position + 2
        guard start + name.count <= page.count, page[position + 1] == UInt8(ascii: "/") else { return false }
        return page[start..<start + name.count].elementsEqual(name) { $0 | 0x20 == $1 }
    }

    /// Goes behind a comment, which ends with the page where nothing closes it.
    private mutating func passComment() {
        position += 4
        if follows(">") {
            position += 1
            return
        }
        while current != nil, !follows("-->"), !follows("--!>") { position += 1 }
        position = min(page.count, position + (follows("--!>") ? 4 : 3))
    }

    private func follows(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= page.count else { return false }
        return text.withUTF8Buffer { expected in
            for index in 0..<count where unsafe page[position + index] != expected[index] { return false }
            return true
        }
    }

    /// Moves on by `move` without keeping what lies between.
    private mutating func leaveOut(_ move: (inout MarkupGuard) -> Void) {
        copyPending()
        // What `move` leaves out on its own is within what is left out.
        let kept = result.count
        move(&self)
        result.removeLast(result.count - kept)
        pending = position
    }

    private mutating func copyPending() {
        result += page[pending..<position]
        pending = position
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    private static func endsName(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ">") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "/")
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20)
    }
}
