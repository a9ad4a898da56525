/// Puts an article's text together.
enum ArticleText {
    /// The paragraphs with a blank line between them, as many as fit into `longest` bytes, and whether any didn't.
    static func joined(_ paragraphs: [String], longest: Int) -> (text: String, isCut: Bool) {
        var text = ""
        for paragraph in paragraphs {
            let separator = text.isEmpty ? "" : "\n\n"
            if text.utf8.count + separator.utf8.count + paragraph.utf8.count > longest {
                if text.isEmpty { text = prefix(of: paragraph, longest: longest) }
                return (text, true)
            }
            text += separator + paragraph
        }
        return (text, false)
    }

    private static func prefix(of paragraph: String, longest: Int) -> String {
        var bytes = paragraph.utf8.prefix(longest)
        while let last = bytes.last, last >= 0x80, String(bytes) == nil { bytes = bytes.dropLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
