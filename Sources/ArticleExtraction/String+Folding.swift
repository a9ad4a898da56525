extension StringProtocol {
    /// The text without white space at its ends.
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        var end = start.endIndex
        while end > start.startIndex {
            let before = start.index(before: end)
            guard start[before].isWhitespace else { break }
            end = before
        }
        return String(start[start.startIndex..<end])
    }

    /// The text with each run of white space as one space, and none at its ends.
    var folded: String {
        split { $0.isWhitespace }.joined(separator: " ")
    }
}

extension StringProtocol {
    /// The letters and digits alone, in lower case: equal for texts that differ in marks and spaces only.
    var comparable: String {
        lowercased().filter { $0.isLetter || $0.isNumber }
    }
}
