package import FoundationEssentials
package import HTTPTransport

/// Reads what a server says about when to come back.
package enum RetryAfter {
    /// However long a server wants us to wait, this is the most it gets.
    package static let cap = Duration.seconds(60)

    /// The wait that a response asks for, between zero and ``cap``; nil when it asks for none that can be read.
    ///
    /// A date is taken relative to the response's own `Date`, so that a wrong clock here does no harm.
    package static func wait(in headers: HeaderFields, now: Date) -> Duration? {
        guard let value = headers["Retry-After"] else { return nil }
        let reference = headers["Date"].flatMap(date(_:)) ?? now
        let seconds: Double
        if let number = Double(value.filter { $0 != " " }) {
            seconds = number
        } else if let date = date(value) {
            seconds = date.timeIntervalSince(reference)
        } else {
            return nil
        }
        guard seconds.isFinite else { return nil }
        return .seconds(min(max(seconds, 0), cap.inSeconds))
    }

    /// A point in time in the form that HTTP prefers, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    package static func date(_ text: String) -> Date? {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == ":" })
        guard words.count == 8, words[7] == "GMT",
            let day = Int(words[1]), let month = months.firstIndex(of: String(words[2])), let year = Int(words[3]),
            let hour = Int(words[4]), let minute = Int(words[5]), let second = Int(words[6]),
            1...31 ~= day, 1600...9999 ~= year, 0...23 ~= hour, 0...59 ~= minute, 0...60 ~= second
        else { return nil }
        let days = daysBefore(year: year, month: month + 1) + day - 1
        return Date(timeIntervalSince1970: Double(((days * 24 + hour) * 60 + minute) * 60 + second))
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Days from 1970 to the first of a month, by the rules of the Gregorian calendar.
    private static func daysBefore(year: Int, month: Int) -> Int {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let past = year - 1
        let toYear = past * 365 + past / 4 - past / 100 + past / 400 - 719_162
        return toYear + lengths.prefix(month - 1).reduce(0, +) + (isLeap && month > 2 ? 1 : 0)
    }
}
