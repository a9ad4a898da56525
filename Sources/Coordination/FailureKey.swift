import Flashpoints

/// What failures with the same cause have in common.
struct FailureKey: Sendable, Hashable, Codable {
    let kind: FailureClass
    let stage: String?
    /// The message with `…` for what differs.
    let message: String

    /// - Parameter id: The flashpoint's, which the message may name; empty for none.
    init(_ failure: Failure, id: String) {
        kind = failure.kind
        stage = failure.stage
        message = failure.message.withVisibleControls.withoutParticulars(id: id)
    }
}

extension String {
    /// The message with `…` for the flashpoint's id, addresses, and words with digits other than an HTTP status.
    ///
    /// At most 200 characters.
    func withoutParticulars(id: String) -> String {
        let words = prefix(400).split(separator: " ").map { word -> String in
            let digits = word.filter(\.isWholeNumber)
            let isStatus = word.hasPrefix(digits) && (400..<600).contains(Int(digits) ?? 0)
            let hasNumber = word.contains(where: \.isWholeNumber) && !isStatus
            let isParticular = hasNumber || word.contains("://") || (!id.isEmpty && word.names(id))
            return isParticular ? "…" : String(word)
        }
        return String(words.joined(separator: " ").prefix(200))
    }
}

extension Substring {
    /// Whether the word is the id, quotes and punctuation around it aside; a short id also stands inside other words.
    fileprivate func names(_ id: String) -> Bool {
        guard let range = firstRange(of: id) else { return false }
        let around = [self[..<range.lowerBound], self[range.upperBound...]]
        return around.allSatisfy { !$0.contains { $0.isLetter || $0.isNumber } }
    }
}
