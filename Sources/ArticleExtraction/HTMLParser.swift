import CLibXML2

/// Reads HTML with libxml2's lenient parser, by its events: no document of its own is built, so none can leak.
enum HTMLParser {
    /// The tree of a page in UTF-8 that `MarkupGuard` has passed.
    ///
    /// - Returns: What came before a bound was reached, and that bound; nil when `isCancelled` said so.
    static func parse(
        _ page: [UInt8],
        limits: PageLimits,
        isCancelled: () -> Bool
    ) -> (tree: PageTree, cut: PageCut?)? {
        _ = xmlInitialised
        return withoutActuallyEscaping(isCancelled) { isCancelled in
            let builder = PageTreeBuilder(limits: limits, isCancelled: isCancelled)
            if let session = ParserSession(builder) { session.run(page) }
            if builder.wasCancelled { return nil }
            return (builder.finish(), builder.cut)
        }
    }

    /// libxml2 wants one call before threads use it.
    private static let xmlInitialised: Void = xmlInitParser()
}

/// A parser context for one page; it and all that libxml2 holds for it end with this value.
@safe private struct ParserSession: ~Copyable {
    private let context: htmlParserCtxtPtr
    private let receiver: EventReceiver

    init?(_ builder: PageTreeBuilder) {
        guard let context = unsafe htmlNewParserCtxt() else { return nil }
        unsafe self.context = unsafe context
        self.receiver = unsafe EventReceiver(builder: builder, context: context)
    }

    deinit {
        unsafe htmlFreeParserCtxt(context)
    }

    func run(_ page: [UInt8]) {
        var events = unsafe htmlSAXHandler()
        unsafe events.startElement = { receiver, name, attributes in
            unsafe EventReceiver.of(receiver)?.started(name, attributes)
        }
        unsafe events.endElement = { receiver, name in
            unsafe EventReceiver.of(receiver)?.ended(name)
        }
        unsafe events.characters = { receiver, text, length in
            unsafe EventReceiver.of(receiver)?.characters(text, length)
        }
        unsafe events.ignorableWhitespace = { receiver, text, length in
            unsafe EventReceiver.of(receiver)?.characters(text, length)
        }
        unsafe events.cdataBlock = { receiver, text, length in
            unsafe EventReceiver.of(receiver)?.characters(text, length)
        }
        unsafe context.pointee.sax.pointee = unsafe events
        unsafe context.pointee.userData = Unmanaged.passUnretained(receiver).toOpaque()
        let options =
            HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue
            | HTML_PARSE_NONET.rawValue | HTML_PARSE_IGNORE_ENC.rawValue | HTML_PARSE_NODEFDTD.rawValue
        withExtendedLifetime(receiver) {
            unsafe page.withUnsafeBytes { bytes in
                let start = unsafe bytes.bindMemory(to: CChar.self).baseAddress
                let document = unsafe htmlCtxtReadMemory(
                    context,
                    start,
                    Int32(clamping: bytes.count),
                    nil,
                    "UTF-8",
                    Int32(options)
                )
                // None is built while no event builds one; freeing nothing is allowed.
                unsafe xmlFreeDoc(document)
            }
        }
    }
}

/// What the C callbacks reach through libxml2's user data.
@safe private final class EventReceiver {
    private let builder: PageTreeBuilder
    private let context: htmlParserCtxtPtr

    init(builder: PageTreeBuilder, context: htmlParserCtxtPtr) {
        self.builder = builder
        unsafe self.context = unsafe context
    }

    static func of(_ pointer: UnsafeMutableRawPointer?) -> EventReceiver? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe Unmanaged<EventReceiver>.fromOpaque(pointer).takeUnretainedValue()
    }

    func started(_ name: UnsafePointer<xmlChar>?, _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?) {
        guard let name = unsafe name else { return }
        unsafe builder.elementStarted(element(name), attributes: kept(attributes))
        stopIfEnded()
    }

    func ended(_ name: UnsafePointer<xmlChar>?) {
        guard let name = unsafe name else { return }
        unsafe builder.elementEnded(element(name))
        stopIfEnded()
    }

    func characters(_ text: UnsafePointer<xmlChar>?, _ length: Int32) {
        unsafe builder.characters(UnsafeBufferPointer(start: text, count: Int(length)))
        stopIfEnded()
    }

    private func stopIfEnded() {
        if builder.hasEnded { unsafe xmlStopParser(context) }
    }

    private func element(_ name: UnsafePointer<xmlChar>) -> Element {
        unsafe Element(name: String(cString: name).lowercased())
    }

    private func kept(_ pairs: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?) -> [(Attribute, String)] {
        guard let pairs = unsafe pairs else { return [] }
        var kept: [(Attribute, String)] = []
        var index = 0
        while let name = unsafe pairs[index] {
            if let attribute = unsafe Attribute(rawValue: String(cString: name).lowercased()) {
                unsafe kept.append((attribute, pairs[index + 1].map(Self.value) ?? ""))
            }
            index += 2
        }
        return kept
    }

    /// A value's first bytes: what is longer is data in an address, and no class, date or title.
    private static func value(_ pointer: UnsafePointer<xmlChar>) -> String {
        var length = 0
        while length < 4_096, unsafe pointer[length] != 0 { length += 1 }
        return unsafe String(decoding: UnsafeBufferPointer(start: pointer, count: length), as: UTF8.self)
    }
}
