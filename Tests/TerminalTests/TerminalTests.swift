import Testing

/// All that opens a screen: a process has one at a time.
@Suite("Terminal", .serialized)
struct TerminalTests {}
