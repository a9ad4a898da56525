/// Why a text does not name a run.
package enum RunNameError: Error, Sendable, Hashable {
    /// There are no runs at all.
    case noRuns(runsPath: String)
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

    /// The ids with the fewest letters to take out or put in, the latest of equals first; a whole id's begin counts.
    private static func nearest(to name: String, among ids: [String]) -> [String] {
        let ranked = ids.reversed().map { id in
            let begin = id.prefix(max(name.count, 1))
            return (id: id, distance: min(distance(name, id), distance(name, String(begin))))
        }
        let best = ranked.map(\.distance).min() ?? 0
        return ranked.filter { $0.distance == best }.prefix(3).map(\.id)
    }

    private static func distance(_ left: String, _ right: String) -> Int {
        Array(left).difference(from: Array(right)).count
    }
}

extension RunNameError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noRuns(let path):
            return "there are no runs under \(path); start one with etl-dash run"
        case .unknown(let name, let nearest):
            return "there is no run \(name.debugDescription); the nearest: \(nearest.joined(separator: ", "))"
        case .ambiguous(let name, let matches):
            let more = matches.count > Self.shown ? " and \(matches.count - Self.shown) more" : ""
            let names = matches.suffix(Self.shown).reversed().joined(separator: ", ")
            return "\(matches.count) runs begin with \(name.debugDescription): \(names)\(more); type more of the id"
        }
    }
}
