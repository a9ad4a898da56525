import CNCurses
import Canvas

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Turns canvases into the bytes that change a terminal from one to the next, by ncurses.
///
/// ncurses writes into a file in memory, in many small pieces; what it wrote for a canvas is given as a whole. It is
/// never told of the terminal itself, its settings, its keys or its signals: those are ours.
///
/// Safe: the library's screen and its file live as long as this does, and are used inside of ``Curses`` alone.
@safe final class Screen {
    private let screen: OpaquePointer
    private let file: UnsafeMutablePointer<FILE>
    private let memory: Int32
    private let cup: [UInt8]
    private var size: Size
    private var pairs: ColourPairs
    /// What is believed to be shown; nil when nothing is.
    private var shown: Canvas?
    private var line: [cchar_t] = []

    /// - Parameters:
    ///   - type: What `TERM` says.
    ///   - depth: How many colours to use.
    init(_ type: String, _ capabilities: Capabilities, size: Size, depth: Profile.Depth) throws(TerminalProblem) {
        memory = etl_memory_file()
        guard memory >= 0, let file = unsafe fdopen(memory, "w+") else {
            throw TerminalProblem("no file in memory for the screen: \(TTY.text(of: errno))", remedy: nil)
        }
        unsafe self.file = file
        try Curses.takeScreen()
        cup = (capabilities.strings["cup"] ?? []) + [0]
        self.size = size
        let start = try Curses.locked { () throws(TerminalProblem) -> sending Start in
            etl_ignore_environment()
            guard let screen = unsafe etl_newterm(type, file, file) else {
                throw TerminalProblem("ncurses can't use TERM=\(type)")
            }
            unsafe set_term(screen)
            _ = resize_term(Int32(size.height), Int32(size.width))
            typeahead(-1)
            curs_set(0)
            var start = unsafe Start(screen: screen)
            if depth != .mono, start_color() == OK {
                start.hasStandard = use_default_colors() == OK
                start.pairs = Int(etl_pairs())
            }
            return start
        }
        unsafe screen = start.screen
        pairs = ColourPairs(
            depth: start.pairs > 1 ? depth : .mono,
            limit: start.pairs,
            hasStandard: start.hasStandard,
            define: { init_extended_pair($0, $1, $2) == OK }
        )
    }

    /// Safe to hand out of the lock: made in there, and then had by the new screen alone.
    @safe private struct Start: @unchecked Sendable {
        let screen: OpaquePointer
        var pairs = 0
        var hasStandard = false
    }

    deinit {
        let (screen, file) = unsafe (screen, file)
        try? Curses.locked {
            unsafe set_term(screen)
            // Its words of farewell go to memory too.
            endwin()
            unsafe delscreen(screen)
            unsafe fclose(file)
        }
        Curses.giveScreenBack()
    }

    /// Takes a new size; the next canvas is drawn anew.
    func resize(to size: Size) {
        guard size != self.size else { return }
        self.size = size
        shown = nil
        try? Curses.locked {
            unsafe set_term(screen)
            _ = resize_term(Int32(size.height), Int32(size.width))
        }
    }

    /// Has the next canvas draw every cell.
    func invalidate() { shown = nil }

    /// The bytes that show a canvas; none when it is shown already.
    ///
    /// What lies outside of the terminal is left out, what the canvas leaves open is blank.
    func paint(_ canvas: Canvas) -> [UInt8] {
        guard canvas != shown else { return [] }
        let bytes = try? Curses.locked { () -> [UInt8] in
            unsafe set_term(screen)
            lseek(memory, 0, SEEK_SET)
            draw(canvas)
            unsafe fflush(file)
            return read()
        }
        shown = canvas
        return bytes ?? []
    }

    private func draw(_ canvas: Canvas) {
        let before = shown?.size == canvas.size ? shown : nil
        if before == nil {
            _ = unsafe werase(etl_window())
            _ = unsafe clearok(etl_shown(), true)
        }
        var risky: [Int] = []
        for y in 0..<min(canvas.size.height, size.height) where before == nil || before?.row(y) != canvas.row(y) {
            if canvas.row(y).contains(where: \.isRisky) { risky.append(y) } else { put(canvas.row(y), x: 0, y: y) }
        }
        update(cursor(of: canvas))
        guard !risky.isEmpty else { return }
        for y in risky { drawRisky(canvas.row(y), y, before?.row(y)) }
        update(cursor(of: canvas))
    }

    /// Draws a row with characters that terminals may give another width than we do.
    ///
    /// Behind each of them the cursor is placed absolutely, so that such a terminal is wrong about one cell and not
    /// about all that follow.
    private func drawRisky(_ cells: ArraySlice<Cell>, _ y: Int, _ before: ArraySlice<Cell>?) {
        var start = cells.startIndex
        while start < cells.endIndex {
            let risk = cells[start...].firstIndex(where: \.isRisky)
            let safe = risk.flatMap { cells[$0...].firstIndex { !$0.isRisky && !$0.content.isSecondHalf } }
            let end = risk == nil ? cells.endIndex : safe ?? cells.endIndex
            defer { start = end }
            let (x, next) = (start - cells.startIndex, end - cells.startIndex)
            if let before, before[(before.startIndex + x)..<(before.startIndex + next)] == cells[start..<end] {
                continue
            }
            put(cells[start..<end], x: x, y: y)
            let place = Position(min(next, size.width - 1), y)
            update(place)
            if risk != nil { placeAbsolutely(place) }
        }
    }

    /// Gives ncurses a part of a row.
    private func put(_ cells: ArraySlice<Cell>, x: Int, y: Int) {
        guard x < size.width else { return }
        line.removeAll(keepingCapacity: true)
        var style: Style?
        var look = ColourPairs.Look(attributes: [], pair: 0)
        for cell in cells where !cell.content.isSecondHalf {
            if cell.style != style {
                style = cell.style
                look = pairs.look(of: cell.style)
            }
            append(cell, look)
        }
        _ = unsafe mvwadd_wchnstr(etl_window(), Int32(y), Int32(x), line, Int32(line.count))
    }

    private func append(_ cell: Cell, _ look: ColourPairs.Look) {
        // ncurses goes by the widths of the C library. Where those are not ours it would lose count, so that another
        // character takes the place.
        let isAgreed =
            cell.content.isASCII
            || cell.content.scalars.enumerated().allSatisfy { index, scalar in
                Int(etl_columns(wchar_t(bitPattern: scalar.value))) == (index == 0 ? cell.width : 0)
            }
        if isAgreed {
            append(cell.content.scalars.map { wchar_t(bitPattern: $0.value) }, look)
        } else {
            for _ in 0..<cell.width { append([0x3F], look) }
        }
    }

    private func append(_ characters: [wchar_t], _ look: ColourPairs.Look) {
        var cell = cchar_t()
        var pair = look.pair
        var text = (wchar_t(0), wchar_t(0), wchar_t(0), wchar_t(0), wchar_t(0), wchar_t(0))
        unsafe withUnsafeMutableBytes(of: &text) { bytes in
            let places = unsafe bytes.bindMemory(to: wchar_t.self)
            for (index, character) in characters.prefix(5).enumerated() { unsafe places[index] = character }
            _ = unsafe setcchar(
                &cell,
                places.baseAddress,
                look.attributes.curses,
                Int16(clamping: look.pair),
                &pair
            )
        }
        line.append(cell)
    }

    /// Writes what has changed, and leaves the cursor at a place.
    private func update(_ cursor: Position) {
        _ = unsafe wmove(etl_window(), Int32(cursor.y), Int32(cursor.x))
        _ = unsafe wnoutrefresh(etl_window())
        doupdate()
    }

    /// Says once more where ncurses believes the cursor to be.
    private func placeAbsolutely(_ place: Position) {
        let bytes = unsafe cup.withUnsafeBytes { cup -> [UInt8] in
            let text = unsafe etl_place(cup.bindMemory(to: CChar.self).baseAddress, Int32(place.y), Int32(place.x))
            return unsafe text.map { Capabilities.withoutPadding(unsafe String(cString: $0)) } ?? []
        }
        _ = unsafe write(memory, bytes, bytes.count)
    }

    private func cursor(of canvas: Canvas) -> Position {
        let wanted = canvas.cursor ?? Position(0, size.height - 1)
        return Position(max(0, min(wanted.x, size.width - 1)), max(0, min(wanted.y, size.height - 1)))
    }

    private func read() -> [UInt8] {
        let count = Int(lseek(memory, 0, SEEK_CUR))
        guard count > 0 else { return [] }
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            used = unsafe max(0, pread(memory, buffer.baseAddress, count, 0))
        }
    }
}

extension Cell {
    /// Whether a terminal may give it another width than we do, or draw more than a cell.
    fileprivate var isRisky: Bool {
        if content.isASCII { return false }
        if content.isWide || content.scalars.count > 1 { return true }
        switch content.scalar.value {
        // Latin, Greek, Cyrillic; dashes, quotes, ellipsis; arrows; lines, blocks, shapes.
        case 0xA1..<0x300, 0x370..<0x530, 0x2010...0x2027, 0x2190..<0x2200, 0x2500..<0x2600: return false
        default: return true
        }
    }
}

extension Attributes {
    fileprivate var curses: attr_t {
        var attributes: attr_t = 0
        if contains(.bold) { attributes |= etl_bold() }
        if contains(.underline) { attributes |= etl_underline() }
        if contains(.reverse) { attributes |= etl_reverse() }
        if contains(.dim) { attributes |= etl_dim() }
        return attributes
    }
}
