extension ScreenModel {
    mutating func perform(_ control: Control) -> [UInt8] {
        switch (control.prefix, control.intermediates, control.final) {
        case (nil, "", let final): return performPlain(control, final)
        case ("?", "", "h"), ("?", "", "l"):
            for mode in control.parameters.compactMap(\.self) { set(mode, control.final == "h") }
        case ("?", "$", "p"):
            let state = control.value() == 2026 ? answers.synchronizedOutput : modes.contains(control.value()) ? 1 : 2
            return state.map { Array("\u{1B}[?\(control.value());\($0)$y".utf8) } ?? []
        case (nil, "!", "p"):
            (look, top, bottom, hasApplicationKeypad) = (Look(), 0, height - 1, false)
            modes.insert(25)
        case (nil, " ", "q"): break
        default: note("CSI \(control.text)")
        }
        return []
    }

    private mutating func performPlain(_ control: Control, _ final: Character) -> [UInt8] {
        if final != "m", final != "b" { isWrapPending = false }
        switch final {
        case "A": y = max(y < top ? 0 : top, y - control.count())
        case "B", "e": y = min(y > bottom ? height - 1 : bottom, y + control.count())
        case "C", "a": x = min(width - 1, x + control.count())
        case "D": x = max(0, x - control.count())
        case "G", "`": x = min(width, control.count()) - 1
        case "d": y = min(height, control.count()) - 1
        case "H", "f": (x, y) = (min(width, control.count(1)) - 1, min(height, control.count()) - 1)
        case "I": x = min(width - 1, (x / 8 + control.count()) * 8)
        case "Z": x = max(0, ((x + 7) / 8 - control.count()) * 8)
        case "J": eraseDisplay(control.value())
        case "K": eraseLine(control.value())
        case "X": erase(y, x..<min(width, x + control.count()))
        case "@": shift(from: x, by: control.count())
        case "P": shift(from: x, by: -control.count())
        case "L", "M":
            guard (top...bottom).contains(y) else { break }
            scroll(from: y, by: final == "L" ? -control.count() : control.count())
            x = 0
        case "S": scroll(from: top, by: control.count())
        case "T": scroll(from: top, by: -control.count())
        case "b":
            guard let lastText, let scalar = lastText.unicodeScalars.first else { break }
            for _ in 0..<control.count() { put(scalar) }
        case "r":
            (top, bottom) = (control.count() - 1, min(height, control.count(1, or: height)) - 1)
            if top >= bottom { (top, bottom) = (0, height - 1) }
            (x, y) = (0, 0)
        case "m": style(control.parameters)
        case "c": return answers.device.map { Array("\u{1B}[?\($0)c".utf8) } ?? []
        case "n":
            if control.value() == 6 { return Array("\u{1B}[\(y + 1);\(x + 1)R".utf8) }
        case "s": saved = (x, y, look)
        case "u": restoreCursor()
        case "l" where control.parameters == [4], "t", "g": break
        default: note("CSI \(control.text)")
        }
        return []
    }

    private mutating func set(_ mode: Int, _ isSet: Bool) {
        if mode == 2026, !isSet, modes.contains(2026) { brackets += 1 }
        if mode == 1049 || mode == 1047 || mode == 47, isSet != isAlternate {
            if isSet {
                if mode == 1049 { saved = (x, y, look) }
                hidden = cells
                cells = Self.blank(width, height)
                modes.insert(1049)
            } else {
                cells = hidden ?? Self.blank(width, height)
                hidden = nil
                modes.remove(1049)
                if mode == 1049 { restoreCursor() }
            }
            return
        }
        if isSet { modes.insert(mode) } else { modes.remove(mode) }
    }

    mutating func restoreCursor() {
        (x, y, look) = (min(saved.x, width - 1), min(saved.y, height - 1), saved.look)
        isWrapPending = false
    }

    // MARK: - Text

    mutating func put(_ scalar: Unicode.Scalar) {
        let columns = Self.columns(of: scalar)
        if columns == 0 {
            let place = isWrapPending ? x : x - 1
            guard place >= 0 else { return }
            let base = cells[y][place].text.isEmpty ? place - 1 : place
            if base >= 0 { cells[y][base].text.unicodeScalars.append(scalar) }
            return
        }
        if isWrapPending || x + columns > width {
            if modes.contains(7) {
                x = 0
                lineFeed()
            } else {
                x = max(0, width - columns)
            }
        }
        isWrapPending = false
        guard x + columns <= width else { return }
        unsplit(x)
        if x + columns < width { unsplit(x + columns) }
        cells[y][x] = Cell(text: String(scalar), look: look)
        if columns == 2 { cells[y][x + 1] = Cell(text: "", look: look) }
        lastText = String(scalar)
        x += columns
        if x >= width {
            x = width - 1
            isWrapPending = true
        }
    }

    /// Blanks the wide character whose second half stands at a place.
    private mutating func unsplit(_ place: Int) {
        guard place > 0, cells[y][place].text.isEmpty else { return }
        cells[y][place - 1].text = " "
        cells[y][place].text = " "
    }

    /// How many columns xterm gives a character.
    static func columns(of scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x20..<0x300: return scalar.value == 0xAD ? 1 : 1
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default:
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: return 0
            default: return scalar.properties.isEmojiPresentation ? 2 : 1
            }
        }
    }

    // MARK: - Lines

    mutating func lineFeed() {
        isWrapPending = false
        if y == bottom { scroll(from: top, by: 1) } else { y = min(height - 1, y + 1) }
    }

    mutating func reverseLineFeed() {
        isWrapPending = false
        if y == top { scroll(from: top, by: -1) } else { y = max(0, y - 1) }
    }

    /// Moves the rows from one of them to the end of the scroll region up, or down when negative.
    private mutating func scroll(from first: Int, by rows: Int) {
        let count = min(abs(rows), bottom - first + 1)
        guard count > 0 else { return }
        let fresh = Array(repeating: blankRow, count: count)
        if rows > 0 {
            cells.removeSubrange(first..<first + count)
            cells.insert(contentsOf: fresh, at: bottom - count + 1)
        } else {
            cells.removeSubrange(bottom - count + 1...bottom)
            cells.insert(contentsOf: fresh, at: first)
        }
    }

    /// Erased cells take the background that is set, as xterm does it.
    private var blankCell: Cell {
        var cell = Cell()
        cell.look.background = look.background
        return cell
    }

    private var blankRow: [Cell] { Array(repeating: blankCell, count: width) }

    private mutating func erase(_ row: Int, _ columns: Range<Int>) {
        for column in columns { cells[row][column] = blankCell }
    }

    private mutating func eraseLine(_ kind: Int) {
        switch kind {
        case 0: erase(y, x..<width)
        case 1: erase(y, 0..<x + 1)
        default: erase(y, 0..<width)
        }
    }

    private mutating func eraseDisplay(_ kind: Int) {
        switch kind {
        case 0:
            eraseLine(0)
            for row in y + 1..<max(y + 1, height) { erase(row, 0..<width) }
        case 1:
            eraseLine(1)
            for row in 0..<y { erase(row, 0..<width) }
        case 2:
            for row in 0..<height { erase(row, 0..<width) }
        default: break
        }
    }

    /// Moves the rest of the line to the right, or to the left when negative.
    private mutating func shift(from column: Int, by columns: Int) {
        let count = min(abs(columns), width - column)
        let fresh = Array(repeating: blankCell, count: count)
        if columns > 0 {
            cells[y].insert(contentsOf: fresh, at: column)
            cells[y].removeLast(count)
        } else {
            cells[y].removeSubrange(column..<column + count)
            cells[y] += fresh
        }
    }

    // MARK: - Looks

    private mutating func style(_ parameters: [Int?]) {
        var rest = parameters.map { $0 ?? 0 }[...]
        if rest.isEmpty { rest = [0] }
        while let code = rest.popFirst() {
            switch code {
            case 0: look = Look()
            case 1: look.isBold = true
            case 2: look.isDim = true
            case 4: look.isUnderlined = true
            case 7: look.isReversed = true
            case 22: (look.isBold, look.isDim) = (false, false)
            case 24: look.isUnderlined = false
            case 27: look.isReversed = false
            case 30...37: look.foreground = code - 30
            case 39: look.foreground = nil
            case 40...47: look.background = code - 40
            case 49: look.background = nil
            case 90...97: look.foreground = code - 82
            case 100...107: look.background = code - 92
            case 38, 48:
                guard rest.popFirst() == 5, let colour = rest.popFirst() else {
                    note("SGR \(parameters)")
                    return
                }
                if code == 38 { look.foreground = colour } else { look.background = colour }
            case 3, 5, 8, 9, 23, 25, 28, 29: break
            default: note("SGR \(code)")
            }
        }
    }
}
