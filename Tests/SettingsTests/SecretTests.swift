import Settings
import Testing

@Suite("Secrets stay secret")
struct SecretTests {
    private let key = "rpa_TOPSECRETKEY0123456789WXYZ"

    private func everyText(of value: some Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return "\(value) \(String(describing: value)) \(String(reflecting: value)) \(dumped)"
    }

    @Test(
        "Every text of a secret shows four characters at most",
        arguments: [
            ("rpa_TOPSECRETKEY", "…TKEY"), ("12345678", "…5678"), ("1234567", "…"), ("", "…"),
        ]
    )
    func texts(text: String, shown: String) {
        let secret = Secret(text)
        #expect("\(secret)" == shown)
        #expect(everyText(of: secret) == "\(shown) \(shown) \(shown) - \(shown)\n")
        #expect(everyText(of: Optional(secret)).contains("…"))
        #expect(text.isEmpty || !everyText(of: [Optional(secret)]).contains(text))
        #expect(secret.reveal() == text)
        #expect(Mirror(reflecting: secret).children.isEmpty)
        #expect((secret as Any) is any Encodable == false)
    }

    @Test("Settings that hold a key don't show it")
    func settingsTexts() async throws {
        let settings = try await load(environment: ["RUNPOD_API_KEY": key])
        #expect(settings.runpodAPIKey?.reveal() == key)
        #expect(everyText(of: settings).contains("SECRET") == false)
        #expect(everyText(of: settings).contains("…WXYZ"))
    }

    @Test(
        "No error shows a key, wherever it was put by mistake",
        arguments: [
            "RUNPOD_API_KEY %", "RUNPOD_API_KEY: %", "%", "RUNPOD_API_KEY=\"%", "RUNPOD_API_KEY='%' x",
            "RUNPOD-API-KEY=%", "RUNPOD_API_KEY=Bearer %", "RUNPOD_API_KEY=%é", "RUNPOD_WORKERS=%",
            "RUNPOD_ENDPOINT=%", "RUNPOD_ENDPOINT=ftp://%@host/v2/x", "RUNPOD_ENDPOINT=ftp://host/v2/x?key=%",
            "ETL_DATE=%", "RUNPOD_API_KEY=sesame-SECRET-0000\nETL_DATE=sesame-SECRET-0000",
        ]
    )
    func problemsAreSilent(text: String) async throws {
        let found = try await problems(envFile: text.replacing("%", with: key))
        #expect(found.count == 1)
        #expect(found.joined().contains("SECRET") == false)
    }
}
