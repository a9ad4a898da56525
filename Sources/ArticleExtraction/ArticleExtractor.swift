/// Takes the article out of a page.
///
/// Pure: bytes in, article out. It is CPU work of some milliseconds a page, done on the caller's thread.
package enum ArticleExtractor {
    /// Reads a page and finds its article, or the reason why there is none.
    ///
    /// - Parameters:
    ///   - bytes: the body of the response, decompressed.
    ///   - contentType: the header's value such as `text/html; charset=windows-1251`, nil when it was missing.
    ///   - url: the page's own address, which makes relative addresses absolute.
    ///   - isCancelled: asked every few thousand bytes; once it says true the answer is `.dropped(.stopped)`.
    package static func extract(
        _ bytes: [UInt8],
        contentType: String? = nil,
        url: String? = nil,
        limits: PageLimits = PageLimits(),
        isCancelled: () -> Bool = { false }
    ) -> Extraction {
        if bytes.isEmpty { return .dropped(.empty) }
        var read = bytes.prefix(limits.bytes)
        var cuts: Set<PageCut> = []
        if read.count < bytes.count {
            cuts = [.bytes]
            // What is left of a character in two would pass for another encoding.
            read = read.dropLast(read.suffix(3).reversed().prefix { (0x80..<0xC0).contains($0) }.count)
            if let last = read.last, last >= 0xC0 { read = read.dropLast() }
        }
        let (kind, charset) = MediaType.of(read, contentType: contentType)
        if case .other(let kind) = kind { return .dropped(.notHTML(kind: kind)) }
        guard let page = PageDecoder.decode(read, charset: charset, isCancelled: isCancelled), !isCancelled() else {
            return .dropped(.stopped)
        }
        if kind == .plainText { return PlainText.article(page, cuts: cuts, limits: limits) }
        let guarded = MarkupGuard.pass(page.text, attributeLimit: limits.attributes)
        guard !isCancelled(), let parsed = HTMLParser.parse(guarded, limits: limits, isCancelled: isCancelled) else {
            return .dropped(.stopped)
        }
        if let cut = parsed.cut { cuts.insert(cut) }
        let structured = StructuredData(parsed.tree)
        let metadata = PageMetadata(parsed.tree, structured: structured, url: url)
        if isCancelled() { return .dropped(.stopped) }
        let found = ContentFinder.find(
            in: parsed.tree,
            title: metadata.title,
            articleBody: structured.articleBody,
            isCancelled: isCancelled
        )
        guard let finding = found else { return .dropped(.stopped) }
        var paragraphs = finding.paragraphs
        var characters = finding.characters
        let body = structured.bodyParagraphs(limits: limits, isCancelled: isCancelled)
        let bodyCharacters = body.reduce(0) { $0 + $1.unicodeScalars.count }
        // Some pages bring their text to the screen by script, and show a sentence or two without it.
        if bodyCharacters >= limits.shortestText, bodyCharacters > 2 * characters {
            paragraphs = body
            characters = bodyCharacters
        }
        if isCancelled() { return .dropped(.stopped) }
        guard characters >= limits.shortestText else {
            return .dropped(reason(for: finding, cuts: cuts, limits: limits))
        }
        let (text, isCut) = ArticleText.joined(paragraphs, longest: limits.longestText)
        if isCut { cuts.insert(.text) }
        return .article(
            Article(
                title: metadata.title,
                text: text,
                language: LanguageGuess.language(of: text, declared: metadata.language),
                canonicalURL: metadata.canonicalURL,
                image: metadata.image,
                published: metadata.published,
                siteName: metadata.siteName,
                summary: metadata.summary,
                encoding: page.encoding.name,
                cuts: cuts
            )
        )
    }

    private static func reason(for finding: ContentFinder.Finding, cuts: Set<PageCut>, limits: PageLimits) -> DropReason
    {
        if let cut = PageCut.allCases.first(where: cuts.contains) { return .beyondLimit(cut) }
        if finding.pageCharacters == 0 { return .noText }
        if finding.pageLinked * 2 > finding.pageCharacters || finding.pageCharacters >= limits.shortestText {
            return .onlyLinks(characters: finding.characters)
        }
        return .tooShort(characters: finding.characters, needed: limits.shortestText)
    }
}
