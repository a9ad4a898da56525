/// One article of the sample.
package struct SampleArticle: Sendable, Hashable {
    /// What is wrong with a feed, as it happens with real ones.
    package enum Trouble: String, Sendable, CaseIterable {
        /// The page is gone: the site answers 404.
        case missing
        /// The page has menus, banners and a footer, but no article.
        case navigation
        /// The page has a new address: the site answers 301 with a `Location` that gives a path alone.
        case moved
        /// The page is in ISO-8859-1, which only the `Content-Type` header tells.
        case latin1
    }

    /// When an article appeared, in UTC.
    package struct Moment: Sendable, Hashable {
        package var year: Int
        package var month: Int
        package var day: Int
        package var hour: Int
        package var minute: Int
    }

    /// The headline, on the page and in the feed.
    package var headline: String
    /// The publisher's invented domain.
    package var domain: String
    /// The language as a two-letter code.
    package var language: String
    /// When it appeared.
    package var date: Moment
    /// Who wrote it.
    package var byline: String
    /// Which of the flashpoint's stories it tells; appears on no page and in no feed.
    package var story: String
    /// What is wrong with the feed, if anything.
    package var trouble: Trouble?
    /// The text; empty where the trouble is that there is none.
    package var paragraphs: [String]
}

extension SampleArticle {
    /// The publisher's name: the domain's words, capitalised.
    package var publisher: String {
        domain.replacing(".example", with: "").split(separator: "-")
            .map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined(separator: " ")
    }

    /// The path that the feed names, absolute, in ASCII.
    ///
    /// The publisher's domain is its first part, because one site on loopback stands for all publishers.
    package var path: String { "/\(domain)/\(date.folders)/\(slug)" }

    /// Where the page really is: elsewhere for an article that moved.
    package var pagePath: String { trouble == .moved ? "/\(domain)/archive/\(slug).html" : path }

    /// The path of the picture.
    package var imagePath: String { "/\(domain)/images/\(slug).svg" }

    /// The headline as a part of a path: words of `a-z0-9` joined by hyphens.
    var slug: String {
        var slug = ""
        for character in headline.lowercased() {
            if let plain = Self.plainLetters[character] {
                slug += plain
            } else if character.isASCII, character.isLetter || character.isNumber {
                slug.append(character)
            } else if character == "'" || character == "’" {
                continue
            } else if !slug.isEmpty, !slug.hasSuffix("-") {
                slug.append("-")
            }
        }
        return slug.hasSuffix("-") ? String(slug.dropLast()) : slug
    }

    private static let plainLetters: [Character: String] = [
        "á": "a", "à": "a", "â": "a", "ä": "ae", "ç": "c", "é": "e", "è": "e", "ê": "e", "ë": "e", "í": "i", "î": "i",
        "ï": "i", "ñ": "n", "ó": "o", "ô": "o", "ö": "oe", "œ": "oe", "ß": "ss", "ú": "u", "ù": "u", "û": "u",
        "ü": "ue",
    ]
}

extension SampleArticle.Moment {
    /// Reads `2025-10-01 06:40`; nil when `text` has another shape or no such day or hour.
    init?(_ text: Substring) {
        let numbers = text.split { "- :".contains($0) }.compactMap { Int($0) }
        guard text.count == 16, numbers.count == 5 else { return nil }
        guard (1...12).contains(numbers[1]), (1...31).contains(numbers[2]) else { return nil }
        guard (0...23).contains(numbers[3]), (0...59).contains(numbers[4]) else { return nil }
        self.init(year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4])
    }

    /// As `2025-10-01T06:40:00Z`.
    package var iso8601: String { "\(year)-\(twoDigits(month))-\(twoDigits(day))T\(clock):00Z" }

    /// As `01.10.2025 06:40`, for people.
    var display: String { "\(twoDigits(day)).\(twoDigits(month)).\(year) \(clock)" }

    /// As `2025/10/01`.
    var folders: String { "\(year)/\(twoDigits(month))/\(twoDigits(day))" }

    private var clock: String { "\(twoDigits(hour)):\(twoDigits(minute))" }

    private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
