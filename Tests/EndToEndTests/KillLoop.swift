import Testing

/// The suites that kill real processes, one after another: together they would leave the machine to nobody else.
///
/// A test run tries a spread of the moments at which a run can die, and prints what it tried. `ETL_KILL_ALL=1` tries
/// every moment of every suite; `ETL_KILL_PAIRS` and `ETL_KILL_RANDOM` give how many runs die while they are resumed, and
/// how many are killed at times that are drawn; `ETL_KILL_SEED` has others drawn.
@Suite("The kill loop", .serialized)
enum KillLoop {}
