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
}
