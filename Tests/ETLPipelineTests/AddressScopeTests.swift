import Testing

@testable import ETLPipeline

@Suite struct AddressScopeTests {
    @Test(
        "addresses of this machine and its networks are local, however they are written",
        arguments: [
            "localhost", "LOCALHOST.", "a.localhost", "printer.local", "metadata.google.internal", "127.0.0.1", "127.1",
            "2130706433", "0x7f.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
            "169.254.169.254", "100.64.0.1", "::1", "[::1]", "::", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1",
            "fe80::1%eth0", "fd00::5",
        ]
    )
    func local(host: String) {
        #expect(AddressScope(host: host) == .local)
    }

    @Test(
        "the rest of the world is not",
        arguments: [
            "example.com", "8.8.8.8", "172.32.0.1", "192.169.0.1", "100.128.0.1", "[2606:4700::1]", "::ffff:8.8.8.8",
            "localhost.example.com", "10.example.com",
        ]
    )
    func global(host: String) {
        #expect(AddressScope(host: host) == .global)
    }
}
