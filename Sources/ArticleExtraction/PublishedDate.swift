import FoundationEssentials

/// Reads the dates that pages declare.
enum PublishedDate {
    /// The point in time of an ISO 8601 date, with or without time, fraction and zone (UTC is assumed); nil for another form.
    static func parse(_ text: String) -> Date? {
        let text = text.trimmed
        guard let day = fields(text.prefix(10), separator: "-", widths: [4, 2, 2]) else { return nil }
        let rest = text.dropFirst(10)
        var time = [0, 0, 0]
        var offset = 0
        if let mark = rest.first {
            guard mark == "T" || mark == " " || mark == "t" else { return nil }
            let clock = rest.dropFirst().prefix { $0.isNumber || $0 == ":" }
            guard
                let read = fields(clock, separator: ":", widths: [2, 2, 2])
                    ?? fields(clock, separator: ":", widths: [2, 2])
            else { return nil }
            time = read.count == 3 ? read : read + [0]
            var zone = rest.dropFirst(1 + clock.count)
            if zone.first == "." { zone = zone.dropFirst().drop { $0.isNumber } }
            guard let seconds = secondsEast(zone.trimmed) else { return nil }
            offset = seconds
        }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let components = DateComponents(
            year: day[0],
            month: day[1],
            day: day[2],
            hour: time[0],
            minute: time[1],
            second: time[2]
        )
        guard (1_900...2_200).contains(day[0]), (1...12).contains(day[1]), (1...31).contains(day[2]), time[0] < 24,
            time[1] < 60, time[2] <= 60
        else { return nil }
        return calendar.date(from: components)?.addingTimeInterval(Double(-offset))
    }

    private static func fields(_ text: Substring, separator: Character, widths: [Int]) -> [Int]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.map(\.count) == widths, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }) else {
            return nil
        }
        return parts.compactMap { Int($0) }
    }

    private static func secondsEast(_ zone: String) -> Int? {
        if zone.isEmpty || zone == "Z" || zone == "z" || zone == "GMT" || zone == "UTC" { return 0 }
        guard let sign = zone.first, sign == "+" || sign == "-" else { return nil }
        let digits = zone.dropFirst().filter { $0 != ":" }
        guard digits.count == 4 || digits.count == 2, let number = Int(digits) else { return nil }
        let seconds = digits.count == 2 ? number * 3_600 : (number / 100) * 3_600 + (number % 100) * 60
        return sign == "-" ? -seconds : seconds
    }
}
