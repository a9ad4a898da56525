import Coordination
import Flashpoints
import FoundationEssentials
import SampleNews

/// What a unit of weight takes, and who says so.
struct Pace: Sendable, Hashable {
    var seconds: Double
    var origin: String
}

/// A batch as a plan sees it: ids, weights and sizes, without the flashpoints themselves.
struct PlannedBatch: Sendable {
    /// The file, or what else the batch is.
    let name: String
    private(set) var items: [PlanItem] = []
    private(set) var catalogue = Catalogue()
    /// What the batch itself says that a unit of weight takes.
    private(set) var pace: Pace?

    private init(name: String) {
        self.name = name
    }

    /// Reads a file, or standard input for `-`.
    ///
    /// - Throws: `InputError` when it can't be read or is malformed.
    init(path: String) async throws {
        var reader = try InputReader(path: path)
        self.init(name: path == "-" ? "standard input" : path)
        while let item = try await reader.next() { try append(item.flashpoint) }
    }

    /// The sample; its feeds would point at a site that does not run now.
    static func sample() throws -> PlannedBatch {
        guard let site = URL(string: "http://127.0.0.1") else { preconditionFailure("a URL that is one") }
        var batch = PlannedBatch(name: "the sample")
        for flashpoint in SampleNews.flashpoints(site: site) { try batch.append(flashpoint) }
        return batch
    }

    /// Twelve flashpoints of ten seconds each.
    static var workedExample: PlannedBatch {
        var batch = PlannedBatch(name: "the worked example")
        for number in 0..<12 {
            batch.append(id: "test_flashpoint_\(number)", hash: "00", weight: 1, bytes: 64)
        }
        batch.pace = Pace(seconds: 10, origin: "as the example has it")
        return batch
    }

    private mutating func append(_ flashpoint: Flashpoint) throws {
        let encoded = try JSONCoding.encode(flashpoint)
        append(
            id: flashpoint.id,
            hash: ContentHash.of(encoded: encoded),
            weight: flashpoint.cost,
            bytes: encoded.count
        )
    }

    private mutating func append(id: String, hash: String, weight: Double, bytes: Int) {
        items.append(PlanItem(weight: weight, bytes: bytes))
        catalogue.append(id: id, hash: hash, weight: weight, offset: 0, length: bytes)
    }
}
