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
