package import Flashpoints

/// What a run is to do: its header, its flashpoints, and which go out together on which lane.
package struct RunPlan: Sendable {
    package var header: RunHeader
    package var catalogue: Catalogue
    package var plan: Plan
    package var policy: RunPolicy

    package init(header: RunHeader, catalogue: Catalogue, plan: Plan, policy: RunPolicy) {
        self.header = header
        self.header.chunks = plan.shares.map(\.chunks.count)
        self.catalogue = catalogue
        self.plan = plan
        self.policy = policy
    }
}

extension RunPlan {
    private static let format = 1

    /// Writes the flashpoints and the split, without header and policy.
    ///
    /// - Throws: What the writer throws.
    package func pack(into writer: inout PackedWriter) throws {
        try writer.append(Self.format)
        try catalogue.pack(into: &writer)
        try writer.append(plan.shares.count)
        for share in plan.shares {
            try writer.append(share.chunks.count)
            for chunk in share.chunks {
                try writer.append(chunk.id)
                try writer.append(chunk.isOversize ? 1 : 0)
                try writer.append(chunk.indices)
            }
        }
    }

    /// Reads the flashpoints and the split of a run with this header.
    ///
    /// - Throws: `PackedFault` for bytes of another format or another run, and damaged ones.
    package init(header: RunHeader, policy: RunPolicy, packed reader: inout PackedReader) throws {
        guard try reader.number() == Self.format else { throw PackedFault("its format is another one") }
        let catalogue = try Catalogue(packed: &reader)
        guard catalogue.count == header.flashpoints, try reader.number() == header.workers else {
            throw PackedFault("it is of another run")
        }
        var shares: [Share] = []
        for worker in 1...max(header.workers, 1) {
            var chunks: [Chunk] = []
            for _ in 0..<(try reader.count(upTo: catalogue.count)) {
                let (id, isOversize) = (try reader.number(), try reader.number() == 1)
                let indices = try reader.indices(below: catalogue.count)
                chunks.append(Chunk(id: id, worker: worker, indices: indices, isOversize: isOversize))
            }
            shares.append(Share(worker: worker, chunks: chunks))
        }
        try reader.expectEnd()
        let plan = Plan(shares: shares)
        guard plan.count == catalogue.count else { throw PackedFault("it plans \(plan.count) flashpoints") }
        self.init(header: header, catalogue: catalogue, plan: plan, policy: policy)
    }
}
