package import Canvas
import Coordination
import Flashpoints

extension Model {
    /// The screen as it is to be shown, whatever its size.
    package func draw() -> Canvas {
        var canvas = Canvas(size, glyphs: profile.glyphs)
        guard size.width > 0, size.height > 0 else { return canvas }
        Scene(self).draw(on: &canvas)
        return canvas
    }

    /// What must be known as long as it lasts and no newer notice takes its place: trouble first.
    package var standingNotice: Notice? {
        // What to do comes first: a cause may be longer than the line, and is in the log as well.
        let run = overview.header?.run ?? "RUN"
        if let halted = overview.halted, overview.phase != .ended {
            let what = "Refused. Put it right, then q and etl-dash resume \(run): \(halted.message)"
            return Notice(kind: .error, text: what, at: now)
        }
        if let silence = overview.silence, overview.phase == .running {
            let since = Figures.time(silence.since) + "Z"
            let what = "Endpoint unreachable since \(since), nothing fails by it: \(silence.cause)"
            return Notice(kind: .warning, text: what, at: now)
        }
        if standing == .interrupted, overview.phase != .ended {
            return Notice(
                kind: .warning,
                text: "Nobody drives this run: etl-dash resume \(run) goes on with it",
                at: now
            )
        }
        if overview.phase == .running, overview.isPaused {
            let what = "Paused: what was submitted goes on, nothing new is submitted."
            return Notice(kind: .warning, text: isReadOnly ? what : what + " p continues", at: now)
        }
        return nil
    }
}
