/// Why a text does not name a run.
package enum RunNameError: Error, Sendable, Hashable {
    /// There are no runs at all.
    case noRuns(runsPath: String)
    /// The newest run can't be used, and which one is meant then only its operator knows; why it can't be.
    case newestUnusable(String, why: String)
    /// No id begins so; the ids that come nearest.
    case unknown(String, nearest: [String])
    /// These ids all begin so.
    case ambiguous(String, matches: [String])

    private static let shown = 5

    /// The one id that is `name` or begins with it.
    static func match(_ name: String, among ids: [String], runsPath: String) throws(RunNameError) -> String {
        if ids.contains(name) { return name }
        guard !ids.isEmpty else { throw .noRuns(runsPath: runsPath) }
        let matches = ids.filter { $0.hasPrefix(name) }
        if name.isEmpty || matches.isEmpty { throw .unknown(name, nearest: nearest(to: name, among: ids)) }
        guard matches.count == 1, let only = matches.first else { throw .ambiguous(name, matches: matches) }
        return only
    }

    /// The ids that were probably meant, at most three: those with the fewest slips first, then those of the same day,
    /// the latest of equals first.
    private static func nearest(to name: String, among ids: [String]) -> [String] {
        let typed = Array(name.lowercased().utf8.prefix(64))
        let ranked = ids.reversed().map { id in
            let letters = Array(id.utf8)
            let candidates = [letters, Array(letters.prefix(max(typed.count, 1))), Array(letters.suffix(4))]
            return (id: id, slips: candidates.map { slips(typed, $0) }.min() ?? 0)
        }
        let fewest = ranked.map(\.slips).min() ?? 0
        let closest = ranked.filter { $0.slips == fewest }.map(\.id)
        let day = name.prefix(8)
        let sameDay = day.count == 8 ? ids.reversed().filter { $0.hasPrefix(day) && !closest.contains($0) } : []
        return Array((closest + sameDay).prefix(3))
    }

    /// Letters to put in, take out, change or exchange with their neighbours on the way from one text to the other.
    private static func slips(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var rows = [Array(0...right.count)]
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                let change = rows[row][column] + (letter == other ? 0 : 1)
                var least = min(change, rows[row][column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    least = min(least, rows[row - 1][column - 1] + 1)
                }
                current.append(least)
            }
            rows.append(current)
        }
        return rows[left.count][right.count]
    }
}

extension RunNameError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noRuns(let path):
            return "there are no runs under \(path); start one with etl-dash run"
        case .newestUnusable(let run, let why):
            return "the newest run, \(run), can't be used: \(why). Put that right, or give the id of the run you mean"
        case .unknown(let name, let nearest):
            return "there is no run \(name.debugDescription); the nearest: \(nearest.joined(separator: ", "))"
        case .ambiguous(let name, let matches):
            let more = matches.count > Self.shown ? " and \(matches.count - Self.shown) more" : ""
            let names = matches.suffix(Self.shown).reversed().joined(separator: ", ")
            return "\(matches.count) runs begin with \(name.debugDescription): \(names)\(more); type more of the id"
        }
    }
}
