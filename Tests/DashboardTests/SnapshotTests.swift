import Canvas
import TestSupport
import Testing

@testable import Dashboard

@Suite("Pictures of the screen", .heavy)
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

    @Test(
        "Every scene looks the same at 120x36 in colour and at 80x24 in ASCII without",
        arguments: SceneName.allCases
    )
    func scene(name: SceneName) throws {
        for (size, profile) in [
            (Size(120, 36), Profile(glyphs: .unicode, depth: .palette, background: .dark)),
            (Size(80, 24), Profile(glyphs: .ascii, depth: .mono)),
        ] {
            let canvas = try name.model(size, profile).draw()
            var snapshot = Snapshot()
            snapshot.add(text: canvas)
            snapshot.add(styles: canvas, named: "\(profile.depth)")
            try snapshot.expect("\(name)-\(size.width)x\(size.height)")
        }
    }

    @Test("The sample has room at 100x30")
    func sample() throws {
        var snapshot = Snapshot()
        let profile = Profile(depth: .palette, background: .light)
        let canvas = try SceneName.sample.model(Size(100, 30), profile).draw()
        snapshot.add(text: canvas)
        snapshot.add(styles: canvas, named: "palette on light")
        try snapshot.expect("sample-100x30")
    }
}
