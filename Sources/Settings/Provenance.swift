extension Settings {
    /// Where the value of a setting was found.
    public enum Provenance: Sendable, Hashable, CustomStringConvertible {
        /// A flag of the command line, with its dashes.
        case flag(String)
        /// A variable of the environment.
        case environment(String)
        /// A line of a `.env` file, counted from 1.
        case file(path: String, line: Int)
        /// Nothing set it.
        case `default`

        /// `--workers`, `RUNPOD_WORKERS in the environment`, `.env:3` or `default`.
        public var description: String {
            switch self {
            case .flag(let name): name
            case .environment(let name): "\(name) in the environment"
            case .file(let path, let line): "\(path):\(line)"
            case .default: "default"
            }
        }
    }
}
