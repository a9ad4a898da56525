/// What became of a page.
package enum Extraction: Sendable, Hashable {
    case article(Article)
    case dropped(DropReason)
}

/// Why a page gave no article.
package enum DropReason: Sendable, Hashable {
    /// The bytes are of another kind than HTML or plain text.
    case notHTML(kind: String)
    /// The page has no bytes.
    case empty
    /// Nothing on the page is text for readers.
    case noText
    /// The text that was found has fewer characters than asked for.
    case tooShort(characters: Int, needed: Int)
    /// The page is links and boilerplate: a front page, a list, a search result.
    case onlyLinks(characters: Int)
    /// The page exceeded a bound before any article came.
    case beyondLimit(PageCut)
    /// The caller asked to stop.
    case stopped

    /// A stable word to count by.
    package var word: String {
        switch self {
        case .notHTML: "not_html"
        case .empty: "empty"
        case .noText: "no_text"
        case .tooShort: "too_short"
        case .onlyLinks: "only_links"
        case .beyondLimit: "beyond_limit"
        case .stopped: "stopped"
        }
    }
}

extension DropReason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notHTML(let kind): "the page is \(kind), neither HTML nor plain text"
        case .empty: "the page is empty"
        case .noText: "the page has no text for readers"
        case .tooShort(let characters, let needed):
            "the text is too short: \(characters) characters where \(needed) are needed"
        case .onlyLinks(let characters):
            "the page is links and boilerplate: \(characters) characters of running text beside them"
        case .beyondLimit(.text): "the text is too long"
        case .beyondLimit(.bytes): "the page is too long, and no article came within the bytes that are read"
        case .beyondLimit(.depth): "the page nests elements too deep, and no article came before that"
        case .beyondLimit(.nodes): "the page has too many elements, and no article came before that"
        case .stopped: "reading the page was stopped"
        }
    }
}
