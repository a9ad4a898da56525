import Flashpoints

/// Two made-up stories, each told by several papers in their own words, and one in Spanish.
enum Stories {
    struct Telling: Sendable {
        var name: String
        var title: String
        var text: String
    }

    static let dam = [
        Telling(
            name: "dam-1",
            title: "Thousands flee as cracks widen in Orvane dam",
            text: """
                More than eight thousand people left their homes below the Orvane dam on Tuesday after engineers found \
                that cracks in its concrete wall had widened overnight. The reservoir behind the dam is fuller than at \
                any time since 1987. Governor Helma Tross ordered the evacuation of five villages in the valley. \
                Engineers opened both spillways to lower the water level. “We would rather empty a valley twice than \
                bury it once,” Tross told reporters at the dam. Schools in the nearby town of Pellin were turned into \
                shelters. The operator of the dam, Orvane Power, said that the wall was not in immediate danger.
                """
        ),
        Telling(
            name: "dam-2",
            title: "Orvane dam: valley emptied, spillways opened",
            text: """
                Both spillways of the Orvane dam were opened on Tuesday to relieve a wall in which cracks have grown. \
                The governor, Helma Tross, had the villages of the valley evacuated, and buses took some eight thousand \
                residents to shelters in Pellin. Orvane Power, which runs the dam, denied that a breach was near. Its \
                engineers measure the cracks every hour. Heavy rain has filled the reservoir to the brim within a week.
                """
        ),
        Telling(
            name: "dam-3",
            title: "Shelters in Pellin fill with evacuated families",
            text: """
                In the gymnasium of Pellin, families who were evacuated from the valley below the Orvane dam spent their \
                first night on camp beds. Buses had brought them on Tuesday when the governor ordered five villages to \
                be emptied. Many left their animals behind. They wait for news of the cracks in the wall of the dam, \
                while engineers lower the reservoir through the spillways. Orvane Power has promised to pay for meals.
                """
        ),
        Telling(
            name: "dam-4",
            title: "Engineers warned about Orvane dam two years ago",
            text: """
                Engineers had warned two years ago of cracks in the Orvane dam, according to a report seen by this \
                newspaper. The report recommended that Orvane Power keep the reservoir four metres lower. The company \
                did not follow the advice. After the evacuation of the valley on Tuesday Governor Helma Tross announced \
                an inquiry. A spokesman of Orvane Power said that the spillways had always been enough.
                """
        ),
    ]

    static let bank = [
        Telling(
            name: "bank-1",
            title: "Corvin Bank to buy rival Lentz for 4.2 billion",
            text: """
                Corvin Bank will buy its smaller competitor Lentz & Sons for 4.2 billion crowns, the two lenders \
                announced before markets opened. Shareholders of Lentz will receive three Corvin shares for every five \
                of theirs. The merger creates the second largest bank in the country, with eleven million customers. \
                Corvin's chief executive, Ada Merrow, expects savings of 300 million crowns a year. Regulators have to \
                approve the merger, and unions fear for jobs. Shares in Lentz rose by 18 percent in early trading.
                """
        ),
        Telling(
            name: "bank-2",
            title: "Unions fear job cuts after Corvin and Lentz merger",
            text: """
                The merger of Corvin Bank and Lentz & Sons could cost six thousand jobs, the union of bank employees \
                warned. Both lenders have branches in most towns, and chief executive Ada Merrow has promised \
                shareholders savings of 300 million crowns. She said that no decision about branches had been made. \
                Regulators will examine the merger for months. Customers of Lentz keep their accounts for now.
                """
        ),
        Telling(
            name: "bank-3",
            title: "Regulators to examine Corvin takeover of Lentz",
            text: """
                The competition authority will examine whether Corvin Bank may take over Lentz & Sons. Together the \
                lenders would hold a fifth of all mortgages. Ada Merrow, who leads Corvin, called the takeover good for \
                customers and shareholders alike. Analysts expect that regulators will ask the merged bank to sell some \
                branches. The price of 4.2 billion crowns was seen as high, and Corvin shares fell by three percent.
                """
        ),
    ]

    static let spanish = Telling(
        name: "presa-1",
        title: "Miles de vecinos huyen por las grietas de una presa",
        text: """
            Más de ocho mil vecinos dejaron sus casas el martes después de que los ingenieros vieran que las grietas de \
            la presa habían crecido durante la noche. La gobernadora ordenó evacuar cinco pueblos del valle. Los \
            ingenieros abrieron las compuertas para bajar el nivel del agua. Las escuelas de la ciudad vecina se usan \
            como refugio. La empresa que gestiona la presa dice que el muro no está en peligro inmediato por ahora.
            """
    )

    static var all: [Telling] { dam + bank + [spanish] }

    /// A news page around the text, with what such pages carry besides.
    static func page(_ telling: Telling, language: String = "en") -> String {
        """
        <!DOCTYPE html><html lang="\(language)"><head><meta charset="utf-8"><title>\(telling.title) - The Daily</title>
        <meta property="og:title" content="\(telling.title)">
        <meta property="og:image" content="/images/\(telling.name).jpg"><script>var tracking = "none of your text";</script>
        </head><body><nav><a href="/">Home</a> <a href="/world">World</a> <a href="/sport">Sport</a></nav>
        <article><h1>\(telling.title)</h1>
        \(SentencePairs.paragraphs(telling.text).map { "<p>\($0)</p>" }.joined(separator: "\n"))
        </article><footer><a href="/imprint">Imprint</a> <a href="/privacy">Privacy</a></footer></body></html>
        """
    }
}

/// Cuts a text into paragraphs of two sentences.
private enum SentencePairs {
    static func paragraphs(_ text: String) -> [String] {
        let sentences = text.split(separator: ". ")
        return stride(from: 0, to: sentences.count, by: 2).map { start in
            sentences[start..<min(start + 2, sentences.count)].joined(separator: ". ") + "."
        }
    }
}
