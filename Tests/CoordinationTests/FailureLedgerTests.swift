import Testing

@testable import Coordination

@Suite("What failures have in common")
struct FailureLedgerTests {
    @Test(
        "A flashpoint's id is taken out where it stands as a word, and left alone inside other words",
        arguments: [
            ("no such thing as a", "a", "no such thing as …"),
            ("“a”: no such page", "a", "… no such page"),
            ("place is gone", "", "place is gone"),
            ("fp-b: gone", "fp-b", "… gone"),
        ]
    )
    func particulars(message: String, id: String, shown: String) {
        #expect(message.withoutParticulars(id: id) == shown)
    }
}
