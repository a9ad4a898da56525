import Dashboard

/// What a dashboard is told; the engine's backends have reports of their own.
typealias ScreenReport = Report
