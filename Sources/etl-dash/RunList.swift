import Coordination
import Dashboard
import Flashpoints
import FoundationEssentials
import RunJournal

/// Runs as `etl-dash runs` prints them.
struct RunList {
    /// How a run stands.
    enum Standing: Hashable {
        case running(pid: Int32?)
        case ended
        case interrupted
        /// It can't be used; says why.
        case damaged(String)

        init(_ run: RunStore.ListedRun) {
            switch run.glance {
            case .failure(let error): self = .damaged("\(error)")
            case .success(let glance) where glance.answer != nil: self = .ended
            case .success: self = run.driver.map { .running(pid: $0.pid) } ?? .interrupted
            }
        }

        /// The word for it.
        var word: String {
            switch self {
            case .running: "running"
            case .ended: "ended"
            case .interrupted: "interrupted"
            case .damaged: "damaged"
            }
        }
    }

    private let runs: [RunStore.ListedRun]
    private let more: Int

    init(_ listing: RunStore.Listing) {
        runs = listing.runs
        more = listing.more
    }

    var isEmpty: Bool { runs.isEmpty && more == 0 }

    // MARK: - For people

    /// A table within the width, then what is to be said of single runs.
    func table(width: Int?) -> String {
        let usable = runs.compactMap { run in (try? run.glance.get()).map { (run, $0) } }
        var lines: [String] = []
        if !usable.isEmpty { lines += TextTable(columns: Self.columns(usable)).lines(width: width) }
        for run in runs {
            if case .failure(let error) = run.glance { lines.append("\(run.folder.run)  damaged: \(error)") }
        }
        if more > 0 { lines.append("… and \(more) more; --limit \(runs.count + more) lists all") }
        if let open = usable.first(where: { Standing($0.0) == .interrupted }) {
            lines.append("Go on with an interrupted one: etl-dash resume \(open.0.folder.run)")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func columns(_ runs: [(run: RunStore.ListedRun, glance: RunGlance)]) -> [TextTable.Column] {
        func column(
            _ title: String,
            isNumber: Bool = false,
            _ dispensability: Int = 0,
            _ cell: (RunStore.ListedRun, RunGlance) -> String
        ) -> TextTable.Column {
            TextTable.Column(
                title: title,
                isNumber: isNumber,
                dispensability: dispensability,
                cells: runs.map { cell($0.run, $0.glance) }
            )
        }
        let costs = runs.contains { $0.glance.answer?.bill?.costEstimate != nil }
        // What nobody has is not shown as a column of zeros.
        func count(_ title: String, _ dispensability: Int, _ count: (RunGlance) -> Int) -> [TextTable.Column] {
            guard runs.contains(where: { count($0.glance) > 0 }) else { return [] }
            return [column(title, isNumber: true, dispensability) { "\(count($1))" }]
        }
        return [
            column("RUN") { run, _ in run.folder.run },
            column("WHEN, UTC", 1) { time($1.createdAt) },
            // The id begins with it.
            column("DATE", 9) { $1.header.date },
            column("STATE") { run, _ in state(Standing(run)) },
            column("WORKERS", isNumber: true, 8) { "\($1.header.workers)" },
            column("OK", isNumber: true) { "\($1.counts.ok)/\($1.header.flashpoints)" },
        ] + count("FAILED", 2, \.counts.failed) + count("CANCELLED", 6, \.counts.cancelled)
            + count("LEFT", 3, \.left) + [
                column("TIME", isNumber: true, 4) { RunSummary.span($1.seconds) },
                column("SPEEDUP", isNumber: true, 7) { $1.speedup.map { RunSummary.ratio($0) } ?? "-" },
            ] + (costs ? [column("COST", isNumber: true, 6) { cost($1) ?? "-" }] : []) + [
                column("WHERE", 5) { place($1) }
            ]
    }

    private static func state(_ standing: Standing) -> String {
        guard case .running(let pid?) = standing else { return standing.word }
        return "running \(pid)"
    }

    /// An estimate in dollars, once the run has ended; nil where nobody bills, or no price was set.
    private static func cost(_ glance: RunGlance) -> String? {
        (glance.answer?.bill?.costEstimate).map { Figures.estimate($0) }
    }

    private static func place(_ glance: RunGlance) -> String {
        (glance.endpoint.map { EndpointName($0) } ?? .unknown).words
    }

    /// Such as `2026-11-23 22:05`.
    private static func time(_ milliseconds: Int64) -> String {
        String(WallTime.text(milliseconds).prefix(16).map { $0 == "T" ? " " : $0 })
    }

    // MARK: - For programs

    /// A list of objects as one line of JSON.
    func json() throws -> [UInt8] {
        Array(try JSONCoding.encode(runs.map { Self.value(of: $0) })) + [UInt8(ascii: "\n")]
    }

    /// An object a line.
    func jsonLines() throws -> [[UInt8]] {
        try runs.map { Array(try JSONCoding.encode(Self.value(of: $0))) + [UInt8(ascii: "\n")] }
    }

    private static func value(of run: RunStore.ListedRun) -> JSONValue {
        let standing = Standing(run)
        var fields: [String: JSONValue] = [
            "run": .string(run.folder.run), "state": .string(standing.word), "folder": .string(run.folder.path),
        ]
        switch standing {
        case .running(let pid): fields["pid"] = pid.map { .integer(Int64($0)) } ?? .null
        case .damaged(let why): fields["problem"] = .string(why)
        case .ended, .interrupted: break
        }
        guard case .success(let glance) = run.glance else { return .object(fields) }
        func rounded(_ number: Double) -> JSONValue { .number((number * 1_000).rounded() / 1_000) }
        func whole(_ number: Int) -> JSONValue { .integer(Int64(number)) }
        let more: [String: JSONValue] = [
            "created": .string(WallTime.text(glance.createdAt)), "date": .string(glance.header.date),
            "trigger": .string(glance.header.trigger), "workers": whole(glance.header.workers),
            "flashpoints": whole(glance.header.flashpoints), "succeeded": whole(glance.counts.ok),
            "failed": whole(glance.counts.failed), "cancelled": whole(glance.counts.cancelled),
            "left": whole(glance.left), "duration_sec": rounded(glance.seconds),
            "speedup": glance.speedup.map { rounded($0) } ?? .null, "endpoint": .string(place(glance)),
        ]
        fields.merge(more) { $1 }
        if let bill = glance.answer?.bill {
            fields["billed_sec"] = rounded(bill.billedSeconds)
            fields["cost_estimate"] = bill.costEstimate.map { .number($0) }
        }
        return .object(fields)
    }
}
