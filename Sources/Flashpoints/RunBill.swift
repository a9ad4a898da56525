/// What the workers of a run are billed for and cost: an estimate.
package struct RunBill: Sendable, Hashable {
    /// Seconds of workers in all: executions of every attempt, and cold starts.
    package var billedSeconds: Double
    /// How many of them are cold starts.
    package var coldStartSeconds: Double
    /// How many of them no flashpoint's outcome came of: work that was lost, dropped or done twice.
    package var lostSeconds: Double
    /// Dollars; nil without a price.
    package var costEstimate: Double?

    /// Creates a bill; seconds are rounded to thousandths, dollars to millionths.
    package init(
        billedSeconds: Double,
        coldStartSeconds: Double,
        lostSeconds: Double,
        costEstimate: Double?
    ) {
        func rounded(_ value: Double, to parts: Double = 1_000) -> Double { (value * parts).rounded() / parts }
        self.billedSeconds = rounded(billedSeconds)
        self.coldStartSeconds = rounded(coldStartSeconds)
        self.lostSeconds = rounded(lostSeconds)
        self.costEstimate = costEstimate.map { rounded($0, to: 1_000_000) }
    }

    /// Dollars for what no outcome came of; nil without a price.
    package var lostCostEstimate: Double? {
        guard let costEstimate, billedSeconds > 0 else { return nil }
        return costEstimate * lostSeconds / billedSeconds
    }
}
