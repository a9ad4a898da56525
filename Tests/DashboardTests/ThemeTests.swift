import Canvas
import TestSupport
import Testing

@testable import Dashboard

@Suite("Styles of the screen", .heavy)
struct ThemeTests {
    /// Red, green and blue, 0 to 255.
    struct Tint: Sendable {
        var red: Double
        var green: Double
        var blue: Double

        init(_ hex: Int) {
            (red, green, blue) = (Double(hex >> 16 & 255), Double(hex >> 8 & 255), Double(hex & 255))
        }

        /// Relative luminance by WCAG 2.
        var luminance: Double {
            func linear(_ value: Double) -> Double {
                let value = value / 255
                guard value > 0.03928 else { return value / 12.92 }
                return power((value + 0.055) / 1.055)
            }
            return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
        }

        /// To the power of 2.4, by roots, which need no mathematical library.
        private func power(_ base: Double) -> Double {
            // 2.4 is 2 + 1/4 + 1/8 + 1/64 + 1/128 + 1/1024 and less than a thousandth.
            let fourth = base.squareRoot().squareRoot()
            let eighth = fourth.squareRoot()
            let sixtyFourth = eighth.squareRoot().squareRoot().squareRoot()
            let next = sixtyFourth.squareRoot()
            let last = next.squareRoot().squareRoot().squareRoot()
            return base * base * fourth * eighth * sixtyFourth * next * last
        }

        func contrast(to other: Tint) -> Double {
            let (one, two) = (luminance + 0.05, other.luminance + 0.05)
            return max(one, two) / min(one, two)
        }
    }

    static let black = Tint(0x000000)
    static let white = Tint(0xFFFFFF)
    static let solarizedDark = Tint(0x002B36)
    static let solarizedLight = Tint(0xFDF6E3)
    /// The first eight colours of xterm and of Solarized; others are close to one of them.
    static let xterm = [0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5].map { Tint($0) }
    static let solarized = [0x073642, 0xDC322F, 0x859900, 0xB58900, 0x268BD2, 0xD33682, 0x2AA198, 0xEEE8D5].map {
        Tint($0)
    }

    /// What a colour of the palette of 256 looks like everywhere; the first sixteen are the terminal's.
    static func palette(_ index: Int) throws -> Tint {
        try #require(index >= 16, "colour \(index) looks different on every terminal")
        guard index < 232 else { return Tint(0x010101 * (8 + 10 * (index - 232))) }
        let levels = [0, 95, 135, 175, 215, 255]
        let place = index - 16
        return Tint(levels[place / 36] << 16 | levels[place / 6 % 6] << 8 | levels[place % 6])
    }

    @Test(
        "With 256 colours and an unknown background, all is seen on black, white and Solarized",
        arguments: Theme.Role.allCases
    )
    func paletteAnywhere(role: Theme.Role) throws {
        let style = Theme(Profile(depth: .palette, background: .unknown))[role]
        #expect(style.background == .standard)
        guard style.foreground != .standard else { return }
        let tint = try Self.palette(Int(style.foreground.index))
        for background in [Self.black, Self.white, Self.solarizedDark, Self.solarizedLight] {
            #expect(tint.contrast(to: background) >= 3, "\(role): \(tint.contrast(to: background))")
        }
    }

    @Test(
        "With 8 or 16 colours and an unknown background, all is seen in xterm's and in Solarized's colours",
        arguments: Theme.Role.allCases
    )
    func basicAnywhere(role: Theme.Role) {
        for depth in [Profile.Depth.eight, .sixteen] {
            for background in [Profile.Background.unknown, .light] {
                let style = Theme(Profile(depth: depth, background: background))[role]
                guard style.foreground != .standard else { continue }
                let index = Int(style.foreground.index)
                #expect(index < 8)
                for back in [Self.black, Self.white] { #expect(Self.xterm[index].contrast(to: back) >= 3) }
                for back in [Self.solarizedDark, Self.solarizedLight] {
                    #expect(Self.solarized[index].contrast(to: back) >= 3)
                }
            }
        }
    }

    @Test("On a background that is known, all is read easily", arguments: Theme.Role.allCases)
    func known(role: Theme.Role) throws {
        let dark = Theme(Profile(depth: .palette, background: .dark))[role].foreground
        if dark != .standard {
            let tint = try Self.palette(Int(dark.index))
            for back in [Self.black, Self.solarizedDark] { #expect(tint.contrast(to: back) >= 4.5) }
        }
        let light = Theme(Profile(depth: .palette, background: .light))[role].foreground
        if light != .standard {
            let tint = try Self.palette(Int(light.index))
            #expect(tint.contrast(to: Self.white) >= 4.5)
        }
        let basic = Theme(Profile(depth: .eight, background: .dark))[role].foreground
        #expect(basic != .blue)
        if basic != .standard { #expect(Self.xterm[Int(basic.index)].contrast(to: Self.black) >= 3) }
    }

    @Test("Nothing is dim, and without colours there are none", arguments: Theme.Role.allCases)
    func plain(role: Theme.Role) {
        for background in Profile.Background.allCases {
            for depth in Profile.Depth.allCases {
                #expect(!Theme(Profile(depth: depth, background: background))[role].attributes.contains(.dim))
            }
            let mono = Theme(Profile(depth: .mono, background: background))[role]
            #expect(mono.foreground == .standard && mono.background == .standard)
        }
    }

    @Test("What is urgent stands out without colours too", arguments: [Theme.Role.alarm, .badge, .safeAnswer])
    func urgent(role: Theme.Role) {
        #expect(Theme(Profile(depth: .mono))[role].attributes.contains(.reverse))
    }

    @Test("Every state has a letter and a word of its own")
    func states() {
        #expect(Set(Condition.allCases.map(\.letter)).count == Condition.allCases.count)
        #expect(Set(Condition.allCases.map(\.word)).count == Condition.allCases.count)
        #expect(Condition.allCases.allSatisfy { $0.word.count <= 6 })
    }
}
