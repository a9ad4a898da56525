/// Reads a page that has no markup: its paragraphs are separated by blank lines.
enum PlainText {
    static func article(_ page: PageDecoder.Decoded, cuts: Set<PageCut>, limits: PageLimits) -> Extraction {
        var paragraphs: [String] = []
        var paragraph = FoldedText()
        var characters = 0
        func endParagraph() {
            if !paragraph.isEmpty { paragraphs.append(String(decoding: paragraph.bytes, as: UTF8.self)) }
            characters += paragraph.characters
            paragraph = FoldedText()
        }
        for line in page.text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if line.allSatisfy({ $0 <= 0x20 }) { endParagraph() }
            paragraph.append(line)
            paragraph.appendSpace()
        }
        endParagraph()
        if characters == 0 { return .dropped(.noText) }
        guard characters >= limits.shortestText else {
            return .dropped(.tooShort(characters: characters, needed: limits.shortestText))
        }
        // The first paragraph is a headline when it is one short line that ends no sentence.
        var title = ""
        if let first = paragraphs.first, paragraphs.count > 1, first.count <= 150, first.last?.isPunctuation == false {
            title = paragraphs.removeFirst()
        }
        var cuts = cuts
        let (text, isCut) = ArticleText.joined(paragraphs, longest: limits.longestText)
        if isCut { cuts.insert(.text) }
        return .article(
            Article(
                title: title,
                text: text,
                language: LanguageGuess.language(of: text, declared: nil),
                encoding: page.encoding.name,
                cuts: cuts
            )
        )
    }
}
