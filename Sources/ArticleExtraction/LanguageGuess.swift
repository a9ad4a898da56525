/// Guesses a text's language from its script and its commonest words.
enum LanguageGuess {
    /// The language that the page declares unless its words clearly speak another; nil when nothing tells.
    ///
    /// Templates are copied with the language of where they come from, so a declaration alone is weak.
    static func language(of text: String, declared: String?) -> String? {
        let sample = String(text.unicodeScalars.prefix(4_000)).lowercased()
        if let language = languageOfScript(sample) { return language }
        let counts = counts(sample)
        let ranked = counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
        guard let first = ranked.first, first.value >= 4 else { return declared }
        if let declared {
            guard commonWords[declared] != nil, first.value >= 10 else { return declared }
            return first.value >= 2 * (counts[declared] ?? 0) ? first.key : declared
        }
        if ranked.count > 1, ranked[1].value * 10 > first.value * 9 { return nil }
        return first.key
    }

    private static func languageOfScript(_ sample: String) -> String? {
        var counts: [String: Int] = [:]
        var letters = 0
        for scalar in sample.unicodeScalars where scalar.value >= 0x41 {
            letters += 1
            switch scalar.value {
            case 0x3040...0x30FF: counts["ja", default: 0] += 3
            case 0xAC00...0xD7A3: counts["ko", default: 0] += 1
            case 0x4E00...0x9FFF: counts["zh", default: 0] += 1
            case 0x0370...0x03FF: counts["el", default: 0] += 1
            case 0x0590...0x05FF: counts["he", default: 0] += 1
            case 0x067E, 0x0686, 0x0698, 0x06A9, 0x06AF, 0x06CC: counts["fa", default: 0] += 12
            case 0x0600...0x06FF: counts["ar", default: 0] += 1
            case 0x0900...0x097F: counts["hi", default: 0] += 1
            case 0x0E00...0x0E7F: counts["th", default: 0] += 1
            default: break
            }
        }
        guard let first = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { return nil }
        return first.value * 2 > letters ? first.key : nil
    }

    private static func counts(_ sample: String) -> [String: Int] {
        var counts: [String: Int] = [:]
        for word in sample.split(whereSeparator: { !$0.isLetter }) {
            for language in languagesByWord[String(word)] ?? [] { counts[language, default: 0] += 1 }
        }
        return counts
    }

    private static let commonWords = [
        "en": "the of and to in is that for it was on are as with his they be at this have from or had by not but",
        "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden",
        "fr": "de la le et les des en un du une que est pour qui dans par plus pas au sur se ne ce il sont avec",
        "es": "de la que el en y a los del se las por un para con no una su al lo como más pero sus le este",
        "it": "di e il la che in un a per è una sono con non del si da come le dei nel alla più anche gli della",
        "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas foi ao das",
        "nl": "de van het een en in is dat op te zijn met voor niet aan er om ook als dan maar bij door naar",
        "sv": "och i att det som en på är av för med till den har inte om ett han men var jag sig från vi",
        "da": "og i at det er en til på som for med af den der ikke de et har om men var fra han sig",
        "no": "og i det er på som en til for av at med har de ikke den om et fra men var han seg ble",
        "fi": "ja on ei että oli se hän mutta ovat joka kun niin myös mukaan kuin vain ole tai mitä jo",
        "pl": "w i na z że się nie do jest to o po jak od za dla przez ale który tym już być jego",
        "cs": "a v se na je že s z do o k i ve to pro za by jsou jako ale které od po který není",
        "ro": "de și în a la cu pe care nu este din un o să mai pentru că au fost sunt ale prin dar",
        "hu": "a az és hogy nem is egy van de volt meg csak már ez el még mint lesz azt",
        "tr": "ve bir bu da de için ile olarak çok daha olan gibi ne kadar sonra en ama var o olduğu",
        "id": "yang dan di ini itu dengan untuk dari tidak dalam pada akan ke adalah juga mereka oleh ada bisa",
        "vi": "của và là các có được cho trong không với những một đã này người để khi từ về",
        "ru": "в и не на что с по это он как к а из у за от но для его так же было",
        "uk": "в і не на що з у до та за як це про від але для його було також є",
        "bg": "на и в за да се от е с не че по са като до при но това ще със",
    ]

    private static let languagesByWord: [String: [String]] = {
        var languages: [String: [String]] = [:]
        for (language, words) in commonWords {
            for word in Set(words.split(separator: " ")) { languages[String(word), default: []].append(language) }
        }
        return languages
    }()
}
