#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Whether a host, as a URL writes it, lies on this machine or its own network.
enum AddressScope: Hashable {
    /// Loopback, private, link-local (where clouds keep their credentials) or unspecified.
    case local
    /// Everything else; names are not resolved.
    case global

    init(host: String) {
        var name = host.lowercased()[...]
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        if name.hasSuffix(".") { name = name.dropLast() }
        self = Self.isLocal(String(name)) ? .local : .global
    }

    private static func isLocal(_ name: String) -> Bool {
        if name == "localhost" || name.hasSuffix(".localhost") || name.hasSuffix(".local")
            || name.hasSuffix(".internal")
        {
            return true
        }
        // Every way of writing an IPv4 address that a resolver takes: 127.1, 0x7f000001, 2130706433.
        var four = in_addr()
        if inet_aton(name, &four) != 0 { return isLocal(four: UInt32(bigEndian: four.s_addr)) }
        var six = in6_addr()
        let bare = String(name.prefix { $0 != "%" })
        guard inet_pton(AF_INET6, bare, &six) == 1 else { return false }
        return isLocal(six: withUnsafeBytes(of: six) { Array($0) })
    }

    private static func isLocal(four address: UInt32) -> Bool {
        let networks: [(base: UInt32, bits: UInt32)] = [
            (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16),
            (0xAC10_0000, 12), (0xC0A8_0000, 16),
        ]
        return networks.contains { address >> (32 - $0.bits) == $0.base >> (32 - $0.bits) }
    }

    private static func isLocal(six bytes: [UInt8]) -> Bool {
        if bytes.prefix(10).allSatisfy({ $0 == 0 }) {
            let tail = bytes[12...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let isMapped = bytes[10] == 0xFF && bytes[11] == 0xFF
            if isMapped { return isLocal(four: tail) }
            if bytes[10] == 0, bytes[11] == 0 { return tail <= 1 || isLocal(four: tail) }
        }
        return bytes[0] & 0xFE == 0xFC || (bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80)
    }
}
