import Testing

/// The suites that kill real processes, one after another: together they would leave the machine to nobody else.
@Suite("The kill loop", .serialized)
enum KillLoop {}
