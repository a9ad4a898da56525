/// How a command ended: the one table of exit statuses.
enum CommandStatus: Sendable, Hashable {
    /// All that was asked for was done.
    case succeeded
    /// Some flashpoints failed or were cancelled, or the doctor found something wrong.
    case incomplete
    /// What the user typed, set or gave as input can't be used.
    case usage
    /// The endpoint refuses us, or gave no answer before the first job was accepted.
    case endpoint
    /// A fault of ours.
    case fault
    case signal(Int32)
    /// The status of a program that was run for the user.
    case program(Int32)

    var code: Int32 {
        switch self {
        case .succeeded: 0
        case .incomplete: 1
        case .usage: 2
        case .endpoint: 3
        case .fault: 70
        case .signal(let number): 128 + number
        case .program(let code): code
        }
    }
}
