import Canvas

extension Model {
    /// Takes in what happened.
    ///
    /// - Parameters:
    ///   - now: Wall time in milliseconds since 1970, on the time line of the events.
    ///   - uptime: Milliseconds as people feel them, from any start; those of `now` where both go alike.
    /// - Returns: What is to be done, in this order.
    package mutating func update(_ message: Message, now: Int64, uptime: Int64? = nil) -> [Action] {
        pass(to: now, uptime ?? now)
        switch message {
        case .input(let input): return take(input)
        case .report(let report): take(report)
        case .receipt(let command, let receipt): take(receipt, to: command)
        case .stopped(let receipt): stopped(receipt)
        case .tick: break
        case .slice: scanLog()
        case .copied(let text, let isSent): copied(text, isSent: isSent)
        case .saved(.success(let sentence)): tell(.done, sentence)
        case .saved(.failure(let problem)): tell(.error, problem.message)
        case .hangup: return [.leave(.hangup)]
        }
        return []
    }

    /// Milliseconds for which a notice stays that is no error.
    static var noticeTime: Int64 { 8_000 }

    private mutating func pass(to now: Int64, _ uptime: Int64) {
        live.now = now
        self.uptime = uptime
        live.elapsed = live.driven(at: now, isLive: isLive)
        if let notice, notice.kind != .error, uptime - notice.at > Self.noticeTime { self.notice = nil }
    }

    private mutating func take(_ input: Input) -> [Action] {
        switch input {
        case .key(let key): return press(key)
        case .paste(let text): insert(text)
        case .resized(let size):
            self.size = size
            if let selectedRow { select(row: selectedRow) }
        case .profile(let profile): self.profile = profile
        case .focus(let hasKeyboard): self.hasKeyboard = hasKeyboard
        case .resumed: return [.invalidate]
        }
        return []
    }

    private mutating func copied(_ text: String, isSent: Bool) {
        let lines = text.split(separator: "\n").count
        let what = lines > 1 ? "\(lines) ids" : String(text.prefix(60))
        if isSent {
            tell(.done, "Sent to the terminal's clipboard: \(what)")
        } else {
            tell(.warning, "This terminal takes nothing for its clipboard; W writes to a file")
        }
    }
}
