package import Coordination
package import Settings

extension LogLevel {
    /// The same level as the settings name it.
    package init(_ level: Settings.LogLevel) {
        self =
            switch level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
    }
}
