package import Canvas

/// Which style a thing has on a display of so many colours.
///
/// Colour only ever adds to a letter, a word or an attribute. Nothing that is needed is dim, nothing is dark blue, and
/// where nobody said what the background is, only colours are used that can be read on black and on white.
package struct Theme: Sendable, Hashable {
    /// What is shown.
    package enum Role: Int, Sendable, Hashable, CaseIterable {
        case text
        /// The program's name, titles of pages.
        case title
        /// Words that name a figure.
        case label
        case border
        case selectedBorder
        /// A worker that runs, what is under way.
        case running
        /// What came out well.
        case good
        case waiting
        /// What needs a look: retries, cancelled flashpoints, silence.
        case warning
        /// What failed.
        case bad
        /// A count of failures that is not zero, the word of a failed state.
        case alarm
        case barDone
        case barFailed
        case barCancelled
        case barEmpty
        /// A key in the footer.
        case key
        case selected
        case marked
        /// What a search found.
        case match
        case dialog
        case safeAnswer
        /// What must not be overlooked about the picture itself: frozen, stale, paused.
        case badge
        case debug
    }

    /// One for each role, in their order.
    private let styles: [Style]

    package init(_ profile: Profile) {
        styles = Role.allCases.map { Self.style(of: $0, profile) }
    }

    package subscript(role: Role) -> Style { styles[role.rawValue] }

    /// The style of a worker's state.
    package subscript(condition: Condition) -> Style {
        switch condition {
        case .run: self[.running]
        case .done: self[.good]
        case .queue, .boot, .idle: self[.waiting]
        case .retry, .cancel, .lost: self[.warning]
        case .fail: self[.alarm]
        }
    }

    private enum Hue {
        case red, green, amber, cyan, grey, accent
    }

    private static func style(of role: Role, _ profile: Profile) -> Style {
        let colours = Palette(profile)
        func tinted(_ hue: Hue, _ attributes: Attributes = []) -> Style { Style(colours[hue], attributes) }
        return switch role {
        case .text: .plain
        case .title, .key: Style(attributes: .bold)
        case .label: tinted(.grey)
        case .border: tinted(.grey)
        case .selectedBorder: tinted(.accent, .bold)
        case .running: tinted(.cyan)
        case .good: tinted(.green, .bold)
        case .waiting: .plain
        case .warning: tinted(.amber, .bold)
        case .bad: tinted(.red)
        case .alarm: tinted(.red, [.bold, .reverse])
        case .barDone: tinted(.green)
        case .barFailed: tinted(.red, .bold)
        case .barCancelled: tinted(.amber)
        case .barEmpty: tinted(.grey)
        case .selected: Style(attributes: profile.depth == .mono ? [.bold, .underline] : .bold)
        case .marked: tinted(.amber, .bold)
        case .match: Style(attributes: [.bold, .underline])
        case .dialog: .plain
        case .safeAnswer: Style(attributes: .reverse)
        case .badge: tinted(.amber, [.bold, .reverse])
        case .debug: tinted(.grey)
        }
    }

    /// The colours of a display, by hue; the terminal's own where no colour of that hue can be read for certain.
    private struct Palette {
        let profile: Profile

        init(_ profile: Profile) { self.profile = profile }

        subscript(hue: Hue) -> Colour {
            switch (profile.depth, profile.background) {
            case (.mono, _): .standard
            case (.eight, .dark), (.sixteen, .dark): basicOnDark(hue)
            case (.eight, _), (.sixteen, _): basic(hue)
            case (.palette, .dark): Colour(onDark(hue))
            case (.palette, .light): Colour(onLight(hue))
            case (.palette, .unknown): Colour(onAny(hue))
            }
        }

        private func basicOnDark(_ hue: Hue) -> Colour {
            switch hue {
            case .red: .red
            case .green: .green
            case .amber: .yellow
            case .cyan, .accent: .cyan
            case .grey: .standard
            }
        }

        /// Of the eight, what each palette shows well on both backgrounds: green, yellow and cyan fade on white.
        private func basic(_ hue: Hue) -> Colour {
            switch hue {
            case .red: .red
            case .amber: .magenta
            case .green, .cyan, .grey, .accent: .standard
            }
        }

        private func onDark(_ hue: Hue) -> UInt8 {
            switch hue {
            case .red: 203
            case .green: 114
            case .amber: 179
            case .cyan: 80
            case .grey: 246
            case .accent: 75
            }
        }

        private func onLight(_ hue: Hue) -> UInt8 {
            switch hue {
            case .red: 160
            case .green: 28
            case .amber: 130
            case .cyan: 24
            case .grey: 241
            case .accent: 25
            }
        }

        private func onAny(_ hue: Hue) -> UInt8 {
            switch hue {
            case .red: 167
            case .green: 64
            case .amber: 136
            case .cyan: 31
            case .grey: 244
            case .accent: 33
            }
        }
    }
}

extension Style {
    fileprivate init(attributes: Attributes) { self.init(.standard, on: .standard, attributes) }

    fileprivate init(_ foreground: Colour, _ attributes: Attributes) {
        self.init(foreground, on: .standard, attributes)
    }
}
