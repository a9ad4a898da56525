import ETLPipeline
import Testing

@Suite struct TokenizerTests {
    @Test(
        "terms are lower-case words, or pairs of characters where no spaces are written",
        arguments: [
            ("Hello, World 42!", ["hello", "world", "42"]),
            ("l'État d’urgence", ["l", "état", "d", "urgence"]),
            ("STRASSE Straße ÄÖÜ", ["strasse", "straße", "äöü"]),
            ("Москва-река", ["москва", "река"]),
            ("हिन्दी", ["हिन्दी"]),
            ("東京都 x 市", ["東京", "京都", "x", "市"]),
            ("abc東京def", ["abc", "東京", "def"]),
            ("ราคา", ["รา", "าค", "คา"]),
            ("한국어 뉴스", ["한국어", "뉴스"]),
            ("--- …", []),
        ] as [(String, [String])]
    )
    func terms(text: String, expected: [String]) {
        #expect(Tokenizer.terms(in: text) == expected)
    }

    @Test("decomposed and composed letters make the same term")
    func canonicalEquivalence() {
        #expect(Set(Tokenizer.terms(in: "e\u{301}tat")) == Set(Tokenizer.terms(in: "\u{E9}tat")))
    }

    @Test("stop words, single letters and small numbers carry no meaning, each language has its own")
    func contentTerms() {
        #expect(Tokenizer.contentTerms(in: "The war is in x 12 1999 EU", language: "en") == ["war", "1999", "eu"])
        #expect(Tokenizer.contentTerms(in: "Der Krieg war die Folge", language: "de") == ["krieg", "folge"])
        #expect(Tokenizer.contentTerms(in: "der war", language: nil) == ["der", "war"])
    }

    @Test("the limit counts terms")
    func limit() {
        #expect(Tokenizer.terms(in: "a b c d", limit: 2) == ["a", "b"])
        #expect(Tokenizer.contentTerms(in: "the red the green the blue", language: "en", limit: 2) == ["red", "green"])
    }
}

@Suite struct LanguageTests {
    @Test(
        "a text's commonest words or its script tell its language",
        arguments: [
            ("en", "The river rose overnight and the people who live near it were told that they should leave."),
            ("es", "El río creció durante la noche y los vecinos que viven cerca tuvieron que salir de sus casas."),
            (
                "fr",
                "La rivière est montée dans la nuit et les habitants qui vivent à côté ont dû quitter leurs maisons."
            ),
            ("de", "Der Fluss ist in der Nacht gestiegen und die Menschen, die in der Nähe leben, mussten gehen."),
            ("pt", "O rio subiu durante a noite e os moradores que vivem perto não puderam ficar em suas casas."),
            ("it", "Il fiume è salito nella notte e gli abitanti che vivono vicino hanno dovuto lasciare le case."),
            ("ru", "Река поднялась за ночь, и жители, которые живут рядом, должны были покинуть свои дома, но не все."),
            ("ja", "川は夜のうちに水位が上がり、近くに住む人々は避難しました。"),
            ("zh", "河水一夜之间上涨，附近的居民不得不离开自己的家园。"),
            ("ko", "강물이 밤새 불어나 근처에 사는 주민들은 모두 집을 떠나야 했다고 당국이 밝혔다."),
        ]
    )
    func guesses(language: String, text: String) {
        #expect(Language.guess(text) == language)
    }

    @Test("a list of names gives no language away")
    func unknown() {
        #expect(Language.guess("Berlin Paris Madrid Roma Lisboa Wien Praha Warszawa Oslo Bern") == nil)
        #expect(Language.guess("") == nil)
    }

    @Test(
        "tags and English names become codes",
        arguments: [("pt-BR", "pt"), ("English", "en"), ("EN_us", "en"), (" de ", "de"), ("Klingon", "klingon")]
    )
    func codes(word: String, code: String) {
        #expect(Language.code(for: word) == code)
    }

    @Test("the text wins over what is declared, but a language without a list is believed")
    func decides() {
        let spanish = "El río creció durante la noche y los vecinos que viven cerca tuvieron que salir de sus casas."
        #expect(Language.decide(declared: ["en", nil], text: spanish) == "es")
        #expect(Language.decide(declared: ["Catalan"], text: spanish) == "ca")
        #expect(Language.decide(declared: [nil, "", "fr"], text: "Paris Paris") == "fr")
        #expect(Language.decide(declared: [], text: "Paris") == nil)
    }
}
