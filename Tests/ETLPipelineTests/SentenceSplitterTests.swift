import ETLPipeline
import Testing

@Suite struct SentenceSplitterTests {
    @Test(
        "sentences end where a reader would end them",
        arguments: [
            ("One thing. Another thing.", ["One thing.", "Another thing."]),
            ("Really? Yes! Good.", ["Really?", "Yes!", "Good."]),
            ("What?! No…  Well", ["What?!", "No…", "Well"]),
            ("Dr. Smith met Mrs. Jones. They talked.", ["Dr. Smith met Mrs. Jones.", "They talked."]),
            ("George W. Bush spoke. He left.", ["George W. Bush spoke.", "He left."]),
            ("It grew 3.5 percent at example.com. Fine.", ["It grew 3.5 percent at example.com.", "Fine."]),
            (
                "The U.S. President left the U.S. The crowd stayed.",
                [
                    "The U.S. President left the U.S.", "The crowd stayed.",
                ]
            ),
            ("He works at Acme Inc. He likes it.", ["He works at Acme Inc.", "He likes it."]),
            ("He works at Acme Inc. Boston offices closed.", ["He works at Acme Inc. Boston offices closed."]),
            ("Use tools, e.g. Hammers. Done.", ["Use tools, e.g. Hammers.", "Done."]),
            ("It starts at 5 p.m. on Monday. Come.", ["It starts at 5 p.m. on Monday.", "Come."]),
            ("“Stop!” he said. “Now.” She stopped.", ["“Stop!” he said.", "“Now.”", "She stopped."]),
            ("He was 30. She was 29.", ["He was 30.", "She was 29."]),
            ("Am 3. Oktober feiert man. Es regnet.", ["Am 3. Oktober feiert man.", "Es regnet."]),
            ("Das gilt z.B. Autos. Das ist Dr. Müller.", ["Das gilt z.B. Autos.", "Das ist Dr. Müller."]),
            ("¿Qué pasó? ¡Nada! El Sr. López calló.", ["¿Qué pasó?", "¡Nada!", "El Sr. López calló."]),
            ("M. Macron parle. Mme Le Pen répond.", ["M. Macron parle.", "Mme Le Pen répond."]),
            ("今日は雨です。明日は晴れます。", ["今日は雨です。", "明日は晴れます。"]),
            ("他说：“走吧！”大家走了。", ["他说：“走吧！”", "大家走了。"]),
            ("पहला वाक्य। दूसरा वाक्य।", ["पहला वाक्य।", "दूसरा वाक्य।"]),
            ("هل جاء؟ نعم.", ["هل جاء؟", "نعم."]),
            ("no capital. but goes on", ["no capital. but goes on"]),
            ("A headline\nA paragraph. More\r\n\r\nLast", ["A headline", "A paragraph.", "More", "Last"]),
            ("Tabs\tand   spaces\u{A0}fold.", ["Tabs and spaces fold."]),
            ("…", ["…"]),
            (" \n\t ", []),
            ("", []),
        ] as [(String, [String])]
    )
    func table(text: String, expected: [String]) {
        #expect(SentenceSplitter.sentences(in: text) == expected)
    }

    @Test("nothing but white space is lost")
    func losesNothing() {
        let text = "Mr. A. B. said: \"No.\" (Yes?) 1. 2.3.4 ... end。次！x.y@z.w  …"
        let kept = SentenceSplitter.sentences(in: text).joined().filter { !$0.isWhitespace }
        #expect(kept == text.filter { !$0.isWhitespace })
    }
}
