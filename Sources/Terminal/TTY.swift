import CNCurses
import Canvas

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A terminal device, opened by its name: what is set on this descriptor touches nobody else's.
final class TTY {
    /// What a read or a write came to.
    enum Transfer {
        case bytes(Int)
        /// Nothing goes now.
        case later
        /// The terminal is gone.
        case gone
    }

    let descriptor: Int32

    /// Opens the terminal that a descriptor stands for.
    init(of descriptor: Int32) throws(TerminalProblem) {
        var path = [CChar](repeating: 0, count: 1024)
        var opened: Int32 = -1
        let flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC
        if unsafe ttyname_r(descriptor, &path, path.count) == 0 { opened = unsafe open(path, flags) }
        // In a container the name may lead nowhere.
        if opened < 0 { opened = unsafe open("/dev/tty", flags) }
        guard opened >= 0 else {
            throw TerminalProblem("the terminal can't be opened: \(Self.text(of: errno))", remedy: nil)
        }
        self.descriptor = opened
    }

    deinit { close(descriptor) }

    static func text(of number: Int32) -> String {
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }

    /// The size in cells; nil when the device doesn't know.
    var size: Size? { Self.size(of: descriptor) }

    static func size(of descriptor: Int32) -> Size? {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return nil
        }
        return Size(Int(size.ws_col), Int(size.ws_row))
    }

    /// Whether the process may use it now, as far as job control goes.
    var isOurs: Bool {
        let foreground = tcgetpgrp(descriptor)
        // Not our controlling terminal: nobody controls jobs on it.
        return foreground < 0 || foreground == getpgrp()
    }

    var settings: termios? {
        var settings = termios()
        return unsafe tcgetattr(descriptor, &settings) == 0 ? settings : nil
    }

    func set(_ settings: termios) {
        var settings = settings
        _ = unsafe tcsetattr(descriptor, TCSANOW, &settings)
    }

    func read(into buffer: inout [UInt8]) -> Transfer {
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe systemRead(descriptor, bytes.baseAddress, bytes.count)
        }
        return Self.transfer(count, endsAtZero: true)
    }

    func write(_ bytes: ArraySlice<UInt8>) -> Transfer {
        let count = unsafe bytes.withUnsafeBytes { bytes in
            unsafe systemWrite(descriptor, bytes.baseAddress, bytes.count)
        }
        return Self.transfer(count, endsAtZero: false)
    }

    private static func transfer(_ count: Int, endsAtZero: Bool) -> Transfer {
        if count > 0 || count == 0 && !endsAtZero { return .bytes(count) }
        if count < 0, errno == EAGAIN || errno == EINTR { return .later }
        return .gone
    }

    /// Waits until it can be read or written.
    ///
    /// - Returns: Whether it can, before the time is over.
    func wait(for events: Int32, milliseconds: Int32) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return unsafe poll(&polled, 1, milliseconds) > 0
    }
}

// The methods above bear the same names.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    unsafe read(descriptor, bytes, count)
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe write(descriptor, bytes, count)
}

extension termios {
    /// The settings with every key given as it comes and every byte taken as it is.
    var raw: termios {
        var raw = self
        raw.c_iflag &= ~tcflag_t(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON | IXOFF)
        raw.c_oflag &= ~tcflag_t(OPOST)
        raw.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG | IEXTEN)
        raw.c_cflag |= tcflag_t(CS8)
        unsafe withUnsafeMutableBytes(of: &raw.c_cc) { characters in
            unsafe characters[Int(VMIN)] = 1
            unsafe characters[Int(VTIME)] = 0
        }
        return raw
    }

    func isSame(as other: termios) -> Bool {
        c_iflag == other.c_iflag && c_oflag == other.c_oflag && c_lflag == other.c_lflag && c_cflag == other.c_cflag
    }
}
