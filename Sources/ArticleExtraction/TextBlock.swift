/// A stretch of text that a browser shows as one block: a paragraph, a heading, an item of a list.
struct TextBlock {
    /// The block element that it is in.
    var container: Int
    var element: Element
    var text: [UInt8]
    var characters: Int
    /// Characters within links.
    var linked: Int
    /// Whether names around it say that it is no content.
    var isHinted = false
    /// Whether it seems to advertise another page.
    var isTeaser = false
    /// Whether structured data has the same text for the article.
    var isConfirmed = false

    var linkDensity: Double { characters == 0 ? 0 : Double(linked) / Double(characters) }

    /// Whether it asks the reader to go elsewhere: it begins as such lines do, and has a link.
    var isInvitation: Bool {
        guard linked > 0, characters < 240 else { return false }
        let start = String(decoding: text.prefix(48), as: UTF8.self).lowercased()
        return Self.invitations.contains { start.hasPrefix($0) }
    }

    private static let invitations = [
        "read more", "read also", "also read", "see also", "more:", "related:", "follow ", "subscribe", "sign up",
        "click here", "get the latest", "download our", "join our", "like us", "share this", "filed under", "tags:",
        "have a tip", "listen to", "watch:", "don't miss", "contact the", "email ", "originally published",
        "lesen sie", "mehr zum thema", "lire aussi", "à lire", "lea también", "leer más", "leia também", "leia mais",
        "leggi anche", "lees ook", "läs också", "les også", "læs også", "baca juga", "czytaj także", "читайте также",
        "читать далее", "подписывайтесь",
    ]

    /// Commas, semicolons and full stops, also those of other scripts: prose has them, labels don't.
    var punctuation: Int {
        var count = 0
        for (index, byte) in text.enumerated() {
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: ";"): count += 1
            case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"):
                if index + 1 == text.count || text[index + 1] <= 0x22 { count += 1 }
            case 0x82 where index >= 2 && text[index - 1] == 0x80 && text[index - 2] == 0xE3: count += 1  // 。
            case 0x8C where index >= 2 && text[index - 1] == 0xBC && text[index - 2] == 0xEF: count += 1  // ,
            case 0x8C where index >= 1 && text[index - 1] == 0xD8: count += 1  // ،
            case 0x81 where index >= 2 && text[index - 1] == 0x80 && text[index - 2] == 0xE3: count += 1  // 、
            default: break
            }
        }
        return count
    }

    var endsSentence: Bool {
        var rest = text[...]
        while let last = rest.last, last == UInt8(ascii: "\"") || last == UInt8(ascii: ")") || last == UInt8(ascii: "'")
        { rest = rest.dropLast() }
        if rest.suffix(3).elementsEqual([0xE2, 0x80, 0x9D]) || rest.suffix(3).elementsEqual([0xE2, 0x80, 0x99]) {
            rest = rest.dropLast(3)
        }
        if let last = rest.last, [UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?")].contains(last) {
            return true
        }
        return [
            [0xE3, 0x80, 0x82], [0xEF, 0xBC, 0x81], [0xEF, 0xBC, 0x9F], [0xE2, 0x80, 0xA6], [0xE0, 0xA5, 0xA4],
        ]
        .contains { rest.suffix(3).elementsEqual($0) }
    }
}
