/// The words of a log line that may be ids of flashpoints.
struct FlashpointNames {
    private let message: String
    /// The word behind `flashpoint`, and every other that is no plain number: those mean pages, seconds and the like.
    let words: Set<String>

    init(in message: String) {
        self.message = message
        var words: Set<String> = []
        var isNamed = false
        for part in message.split(separator: " ") {
            // A sentence goes on behind the id.
            let word = String(part.trimming { ",;:.()\"'".contains($0) })
            if isNamed || !word.allSatisfy(\.isNumber) { words.insert(word) }
            isNamed = word == "flashpoint"
        }
        self.words = words
    }

    /// Whether the line names another flashpoint and not this one.
    ///
    /// - Parameter ids: Which of the words are ids.
    func isAboutAnother(than id: String, ids: Set<String>) -> Bool {
        let namesIt = id.contains(" ") ? message.contains("flashpoint \(id)") : words.contains(id)
        return !namesIt && !words.isDisjoint(with: ids)
    }
}

extension Substring {
    /// The text without such characters at either end.
    fileprivate func trimming(_ isDropped: (Character) -> Bool) -> Substring {
        var rest = drop(while: isDropped)
        while let last = rest.last, isDropped(last) { rest.removeLast() }
        return rest
    }
}
