/// What a single flashpoint of the input may take.
package struct InputLimits: Sendable, Hashable {
    /// The longest flashpoint, in bytes of the source.
    package var elementBytes: Int
    /// The deepest nesting of objects and arrays in a flashpoint, itself included; at most 128.
    package var nesting: Int

    /// Creates limits.
    ///
    /// - Precondition: `nesting` is at most 128.
    package init(elementBytes: Int = 64 << 20, nesting: Int = 128) {
        precondition(nesting <= 128, "the scanner keeps a bit for each open bracket in 128 bits")
        self.elementBytes = elementBytes
        self.nesting = nesting
    }
}
