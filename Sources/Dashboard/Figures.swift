/// Numbers as the screen writes them: short, of steady width where they change, the same everywhere.
package enum Figures {
    /// What stands for a figure that nobody knows yet.
    static let unknown = "?"

    /// Seconds as `m:ss`, from an hour on as `h:mm:ss`; whole seconds, rounded down.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite else { return unknown }
        let whole = Int(min(max(0, seconds), 1e9))
        let (minutes, second) = whole.quotientAndRemainder(dividingBy: 60)
        guard minutes >= 60 else { return "\(minutes):\(two(second))" }
        return "\(minutes / 60):\(two(minutes % 60)):\(two(second))"
    }

    /// A whole number with commas between its thousands.
    package static func grouped(_ number: Int) -> String {
        guard number.magnitude >= 1_000 else { return String(number) }
        let digits = Array(String(number.magnitude).utf8)
        var text = number < 0 ? "-" : ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place).isMultiple(of: 3) { text += "," }
            text.unicodeScalars.append(Unicode.Scalar(digit))
        }
        return text
    }

    /// Whole percent, rounded down so that 100% means all; `0%` of nothing.
    package static func percent(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "0%" }
        return "\(min(100, max(0, part) * 100 / whole))%"
    }

    /// A share of one as whole percent.
    package static func percent(_ share: Double) -> String {
        share.isFinite ? "\(Int((min(max(0, share), 99) * 100).rounded()))%" : unknown
    }

    /// A factor to one decimal place, such as `5.3x`; whole from 100 on.
    package static func factor(_ value: Double) -> String { decimal(value) + "x" }

    /// To one decimal place; whole from 100 on.
    package static func decimal(_ value: Double) -> String {
        guard value.isFinite else { return unknown }
        let value = min(max(0, value), 1e12)
        guard value < 99.95 else { return grouped(Int(value.rounded())) }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// How fast flashpoints are done: by the minute where a minute sees one in ten, by the hour where not.
    ///
    /// - Parameter perSecond: Flashpoints a second.
    package static func rate(_ perSecond: Double?) -> String {
        guard let perSecond, perSecond.isFinite, perSecond > 0 else { return "-" }
        let perMinute = perSecond * 60
        return perMinute >= 0.1 ? decimal(perMinute) + "/min" : decimal(perMinute * 60) + "/h"
    }

    /// Dollars, with as many places as a small sum needs.
    package static func dollars(_ sum: Double) -> String {
        guard sum.isFinite else { return "$" + unknown }
        let sum = min(max(0, sum), 1e12)
        if sum > 0, sum < 0.1 {
            let parts = Int((sum * 10_000).rounded())
            guard parts > 0 else { return "<$0.0001" }
            return "$0." + String(repeating: "0", count: max(0, 4 - String(parts).count)) + String(parts)
        }
        let cents = Int((sum * 100).rounded())
        return "$\(grouped(cents / 100)).\(two(cents % 100))"
    }

    /// Dollars that nobody has billed yet, such as `~$0.42`.
    package static func estimate(_ sum: Double) -> String {
        let text = dollars(sum)
        return text.hasPrefix("<") ? text : "~" + text
    }

    /// Time of day of milliseconds since 1970 as `hh:mm:ss`, in UTC.
    package static func time(_ milliseconds: Int64) -> String {
        let seconds = Int(floorDivide(milliseconds, 1_000) - 86_400 * floorDivide(milliseconds, 86_400_000))
        return "\(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }

    /// The time of day to the millisecond.
    package static func timeWithMilliseconds(_ milliseconds: Int64) -> String {
        let fraction = Int(milliseconds - 1_000 * floorDivide(milliseconds, 1_000))
        return time(milliseconds) + "." + (fraction < 100 ? "0" : "") + two(fraction)
    }

    /// How long ago something was: to a tenth of a second under ten, then as a duration.
    package static func age(_ seconds: Double) -> String {
        guard seconds.isFinite else { return unknown }
        let seconds = max(0, seconds)
        if seconds < 9.95 { return decimal(seconds) + "s" }
        return seconds < 60 ? "\(Int(seconds))s" : duration(seconds)
    }

    /// A count and its noun, such as `1 worker` or `1,203 flashpoints`.
    package static func count(_ number: Int, _ noun: String) -> String {
        "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
