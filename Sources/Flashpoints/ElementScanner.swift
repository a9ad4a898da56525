/// Cuts a JSON array, or JSON Lines, into its elements without decoding them.
///
/// Bytes come in pieces of any size. Only the element at hand is kept, at most ``Limits/elementBytes`` of it. The scanner
/// knows strings, escapes and brackets; whether an element is JSON is for the decoder to say.
struct ElementScanner: Sendable {
    /// One element as it stands in the source.
    struct Cut: Sendable, Equatable {
        /// Position in the batch, from 0.
        var index: Int
        /// Line of its opening brace, from 1.
        var line: Int
        var bytes: [UInt8]
    }

    private enum State {
        /// Nothing but a byte order mark and blanks so far.
        case beginning
        /// Neither an array nor an object: the first line is collected to say what it is.
        case foreign
        case beforeFirst
        case afterComma
        case inElement
        case afterElement
        case closed
        /// JSON Lines: a new object or a blank line may come.
        case betweenLines
        /// JSON Lines: nothing more may stand in this line.
        case afterLine
    }

    private let source: String
    private let limits: InputLimits
    private var state = State.beginning
    private var isLines = false
    private var markBytes = 0
    private var line: Int
    private var index = 0

    private var element: [UInt8] = []
    private var elementLine = 1
    private var depth = 0
    /// A bit for each open bracket, the innermost lowest: 1 for `[`, 0 for `{`.
    private var brackets: UInt128 = 0
    private var isInString = false
    private var isEscaped = false
    /// Whether the last byte outside strings and blanks was a comma.
    private var isAfterComma = false

    /// - Parameter line: Line of the source at which the bytes begin.
    init(source: String, limits: InputLimits, line: Int = 1) {
        self.source = source
        self.limits = limits
        self.line = line
    }

    /// Bytes kept between two calls.
    var bufferedBytes: Int { element.count }

    /// Reads on in `chunk` up to the end of the next element; nil when the chunk is used up before.
    mutating func next(in chunk: [UInt8], from position: inout Int) throws(InputError) -> Cut? {
        while position < chunk.count {
            if state == .inElement {
                if let cut = try readElement(chunk, from: &position) { return cut }
                continue
            }
            let byte = chunk[position]
            if try opensElement(byte) {
                // The brace itself is read as part of the element.
                state = .inElement
                elementLine = line
                continue
            }
            position += 1
            if byte == .newline { line += 1 }
        }
        return nil
    }

    /// Takes the end of the source.
    ///
    /// - Throws: `InputError` when the batch is not complete there.
    func finish() throws(InputError) {
        switch state {
        case .closed, .betweenLines, .afterLine: return
        case .beginning:
            throw InputError(source: source, problem: "is empty; \(Self.expected)")
        case .foreign: throw foreign()
        case .beforeFirst, .afterComma, .afterElement:
            throw problem("ends before the ] that closes the array; was it cut short?")
        case .inElement:
            throw problem("ends inside this flashpoint; was it cut short?", line: elementLine, index: index)
        }
    }

    static let expected =
        "a JSON array ([ … ]), JSON Lines (one { … } a line) or CSV (columns flashpoint_id and url) is expected"

    // MARK: - Between elements

    /// Whether `byte` opens an element; blanks, commas and the brackets of the array are digested on the way.
    private mutating func opensElement(_ byte: UInt8) throws(InputError) -> Bool {
        switch state {
        case .beginning: return try opensBatch(byte)
        case .foreign:
            if byte == .newline || element.count >= 200 { throw foreign() }
            element.append(byte)
            return false
        case .beforeFirst:
            if byte == .closeArray {
                throw problem("the batch is empty; at least one flashpoint is needed")
            }
            return try opensObject(byte)
        case .afterComma:
            if byte == .closeArray {
                throw problem("a comma stands before the closing ]; remove it")
            }
            return try opensObject(byte)
        case .afterElement:
            switch byte {
            case .comma: state = .afterComma
            case .closeArray: state = .closed
            case _ where byte.isBlank: break
            default:
                throw problem(
                    "\(byte.quoted) follows flashpoint \(index - 1) where a comma or the closing ] is expected"
                )
            }
            return false
        case .closed:
            guard byte.isBlank else {
                throw problem("\(byte.quoted) follows the closing ] of the array; nothing may stand there")
            }
            return false
        case .betweenLines:
            if byte == .openArray {
                throw problem(
                    "the line holds an array; in JSON Lines each line is one flashpoint, an object",
                    index: index
                )
            }
            return try opensObject(byte)
        case .afterLine:
            if byte == .newline {
                state = .betweenLines
            } else if !byte.isBlank {
                throw problem(
                    "\(byte.quoted) follows the object; in JSON Lines each line is one flashpoint",
                    index: index - 1
                )
            }
            return false
        case .inElement: return true
        }
    }

    private mutating func opensBatch(_ byte: UInt8) throws(InputError) -> Bool {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if markBytes < 3, element.isEmpty, byte == mark[markBytes] {
            markBytes += 1
            return false
        }
        // After anything else a byte order mark is no longer one.
        if markBytes < 3, markBytes > 0 {
            element = Array(mark.prefix(markBytes))
        } else {
            markBytes = 3
        }
        switch byte {
        case .openArray where element.isEmpty: state = .beforeFirst
        case .openObject where element.isEmpty:
            isLines = true
            return true
        case _ where byte.isBlank && element.isEmpty: break
        default:
            state = .foreign
            element.append(byte)
        }
        return false
    }

    private func opensObject(_ byte: UInt8) throws(InputError) -> Bool {
        if byte == .openObject { return true }
        if byte.isBlank { return false }
        let found =
            switch byte {
            case .openArray: "an array"
            case .quote: "a string"
            case 0x30...0x39, UInt8(ascii: "-"): "a number"
            case UInt8(ascii: "t"), UInt8(ascii: "f"): "true or false"
            case UInt8(ascii: "n"): "null"
            default: byte.quoted
            }
        throw problem("\(found) stands where a flashpoint, an object, is expected", index: index)
    }

    // MARK: - Inside an element

    private mutating func readElement(_ chunk: [UInt8], from position: inout Int) throws(InputError) -> Cut? {
        let start = position
        var isComplete = false
        while position < chunk.count {
            let byte = chunk[position]
            position += 1
            if isInString {
                if byte < 0x20 { throw controlCharacter(byte) }
                if isEscaped {
                    isEscaped = false
                } else if byte == .backslash {
                    isEscaped = true
                } else if byte == .quote {
                    isInString = false
                }
                continue
            }
            switch byte {
            case .quote: isInString = true
            case .comma:
                isAfterComma = true
                continue
            case .openObject: try open(isArray: false)
            case .openArray: try open(isArray: true)
            case .closeObject: try close(isArray: false)
            case .closeArray: try close(isArray: true)
            case .newline:
                if isLines {
                    throw problem(
                        "the line ends inside the object; in JSON Lines each line holds a whole flashpoint",
                        index: index
                    )
                }
                line += 1
                continue
            case 0x20, 0x09, 0x0D: continue
            case 0: throw controlCharacter(byte)
            default: break
            }
            isAfterComma = false
            if depth == 0 {
                isComplete = true
                break
            }
        }
        guard element.count + position - start <= limits.elementBytes else {
            throw problem(
                "the flashpoint is longer than \(limits.elementBytes) bytes; split it",
                line: elementLine,
                index: index
            )
        }
        element.append(contentsOf: chunk[start..<position])
        guard isComplete else { return nil }
        let cut = Cut(index: index, line: elementLine, bytes: element)
        element.removeAll()
        index += 1
        state = isLines ? .afterLine : .afterElement
        return cut
    }

    private mutating func open(isArray: Bool) throws(InputError) {
        depth += 1
        guard depth <= limits.nesting else {
            throw problem("brackets are nested deeper than \(limits.nesting) levels", index: index)
        }
        brackets = brackets << 1 | (isArray ? 1 : 0)
    }

    private mutating func close(isArray: Bool) throws(InputError) {
        // Foundation's decoder would let it pass.
        if isAfterComma {
            throw problem("a comma stands before \(isArray ? "]" : "}"); remove it", index: index)
        }
        guard (brackets & 1 == 1) == isArray else {
            throw problem(isArray ? "] closes a {" : "} closes a [", index: index)
        }
        brackets >>= 1
        depth -= 1
    }

    // MARK: - Errors

    private func problem(_ text: String, line: Int? = nil, index: Int? = nil) -> InputError {
        InputError(source: source, line: line ?? self.line, index: index, problem: text)
    }

    private func controlCharacter(_ byte: UInt8) -> InputError {
        let text =
            switch byte {
            case .newline, 0x0D: "the line ends inside a string; a closing \" is missing, or write \\n"
            case 0: "a NUL byte stands in the flashpoint; the file is damaged or not text"
            default: "\(byte.quoted) stands in a string; write it as an escape"
            }
        return problem(text, index: index)
    }

    private func foreign() -> InputError {
        guard let text = String(validating: element, as: UTF8.self), !element.contains(0) else {
            return problem("is not UTF-8 text; \(Self.expected)")
        }
        return problem("starts with \(text.prefix(1).debugDescription); \(Self.expected)")
    }
}

extension UInt8 {
    static let newline = UInt8(ascii: "\n")
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let comma = UInt8(ascii: ",")
    static let openArray = UInt8(ascii: "[")
    static let closeArray = UInt8(ascii: "]")
    static let openObject = UInt8(ascii: "{")
    static let closeObject = UInt8(ascii: "}")

    /// JSON's white space.
    var isBlank: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }

    /// The byte for people: a printable one as itself, others in hexadecimal.
    var quoted: String {
        (0x21...0x7E).contains(self)
            ? "“\(Character(Unicode.Scalar(self)))”"
            : "the byte 0x" + (self < 16 ? "0" : "") + String(self, radix: 16, uppercase: true)
    }
}
