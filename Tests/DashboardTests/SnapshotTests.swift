import Canvas
import Testing

@testable import Dashboard

@Suite("Pictures of the screen")
struct SnapshotTests {
    static let sizes = [Size(120, 36), Size(80, 24), Size(60, 15), Size(40, 10), Size(20, 5)]

    @Test(
        "The busy run looks the same at every size, with both sets of characters and any number of colours",
        arguments: sizes,
        Profile.Glyphs.allCases
    )
    func busy(size: Size, glyphs: Profile.Glyphs) throws {
        var snapshot = Snapshot()
        var rows: [String]?
        for depth in [Profile.Depth.palette, .eight, .mono] {
            let profile = Profile(glyphs: glyphs, depth: depth, background: depth == .eight ? .dark : .unknown)
            let canvas = Scenes.model(Scenes.busy, at: 192, size: size, profile: profile).draw()
            if rows == nil { snapshot.add(text: canvas) }
            #expect(rows ?? canvas.rows == canvas.rows)
            rows = canvas.rows
            snapshot.add(styles: canvas, named: "\(depth)")
        }
        try snapshot.expect("busy-\(size.width)x\(size.height)-\(glyphs)")
    }
}
