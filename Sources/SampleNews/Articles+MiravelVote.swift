extension SampleNews {
    /// An election won by a few votes, and the recount.
    static let miravelVote = #"""
        id: miravel-vote
        title: A close election in Miravel
        description: A presidential election is decided by a few thousand votes; the loser asks for a recount.
        entities: Miravel; Teodora Vance; Emil Castaño; Electoral Council; Constitutional Court

        # Miravel election too close to call
        @ meridian-wire.example | en | 2025-09-28 23:50 | Staff report | count
        The presidential election in Miravel could not be called on Sunday night: with 94 per cent of the votes
        counted, Teodora Vance led Emil Castaño by fewer than 9,000.

        Vance, a former mayor of the capital, has 49.7 per cent, Castaño, the agriculture minister, 49.4; the rest
        went to two minor candidates. Under the electoral law a simple majority is enough. Votes from the eastern
        islands, where boats carry the ballot boxes, will arrive on Monday.

        Turnout was 71 per cent, the highest in twenty years. Both candidates asked their supporters to stay calm
        and to wait. The Electoral Council said that counting had gone without incident in all but five of 6,200
        polling stations.

        # Vance wins Miravel presidency by 4,112 votes
        @ northgate-herald.example | en | 2025-09-30 18:55 | Leonie Strand | count
        Teodora Vance has won the presidential election in Miravel with a lead of 4,112 votes over Emil Castaño, the
        Electoral Council announced on Tuesday after the ballot boxes of the eastern islands had been counted.

        It is the narrowest result in the republic's history. Vance received 49.58 per cent and Castaño 49.46. In
        the capital, crowds with lanterns gathered before the old customs house, where she had been mayor for eight
        years. She thanked her opponent for a fair campaign and promised to govern with one eye on the half that had
        not voted for her.

        Castaño did not concede. His lawyers are looking into polling stations with unusual numbers of spoilt votes.

        # How the islands decided Miravel's election
        @ the-south-examiner.example | en | 2025-10-01 09:10 | Sanna Aubrey | count
        The eastern islands of Miravel have three per cent of the voters and hardly ever see a candidate. This time
        they made the president.

        When the ballot boxes of the islands were opened on Monday, Teodora Vance's lead over Emil Castaño melted
        from 9,000 votes to 1,700, and grew again once the outermost atolls were counted. Ferry prices were the
        reason, said teachers and boatmen: Castaño had promised to halve them, Vance to let the islands run the
        ferries themselves.

        The boats with the boxes were escorted by observers of both parties. A storm held one of them back for
        eleven hours, during which the whole republic followed a dot on a map.

        # Vance gana la presidencia de Miravel por 4.112 votos
        @ la-gaceta-del-istmo.example | es | 2025-09-30 20:10 | Inés Robledo | count
        Teodora Vance será la próxima presidenta de Miravel. El Consejo Electoral confirmó este martes su triunfo
        sobre Emil Castaño por 4.112 votos, la diferencia más corta en la historia de la república.

        Las urnas de las islas orientales, que llegaron en barco con once horas de retraso por una tormenta,
        inclinaron la balanza. Vance obtuvo el 49,58 por ciento y Castaño el 49,46. La participación llegó al 71 por
        ciento.

        Miles de personas con faroles celebraron frente a la antigua aduana de la capital. La exalcaldesa agradeció
        a su rival una campaña limpia. Castaño, ministro de Agricultura, no reconoció la derrota: sus abogados
        revisan mesas con un número inusual de votos nulos.

        # Castaño asks court for recount in Miravel
        @ meridian-wire.example | en | 2025-10-02 17:15 | Staff report | recount
        Emil Castaño asked Miravel's Constitutional Court on Thursday to order a recount of 640 polling stations,
        where he says that valid votes were set aside as spoilt.

        The share of spoilt votes in these stations was 3.9 per cent, against 1.2 in the rest of the country. Most
        used a new ballot on which the box for a candidate stands to the left of the name instead of to the right.
        Voters crossed the wrong place, Castaño's lawyers argue, though their intention was clear.

        Teodora Vance's team said that the same ballots had cost her votes as well. The court has ten days. The
        inauguration is planned for the first of December.

        # Court in Miravel orders recount of spoilt ballots
        @ coastal-dispatch.example | en | 2025-10-08 15:20 | Renna Okoll | recount
        Miravel's Constitutional Court has ordered a recount, but a smaller one than Emil Castaño wanted: only the
        11,800 spoilt ballots of 640 polling stations will be looked at again.

        Three judges and two observers from each side are to decide ballot by ballot whether the voter's intention
        is beyond doubt. The court rejected a recount of all votes, since nobody had shown that valid ones were
        miscounted. The decision was unanimous.

        Castaño welcomed it. Teodora Vance, who leads by 4,112 votes, said she would accept any result reached in
        this way. The Electoral Council will broadcast the work from the sports hall of the capital. It should take
        five days.

        # El Tribunal de Miravel ordena revisar 11.800 votos nulos
        @ el-farol-austral.example | es | 2025-10-08 17:30 | Bruno Salcedo | recount
        El Tribunal Constitucional de Miravel ordenó este miércoles revisar los 11.800 votos nulos de 640 mesas, una
        parte de lo que había pedido el candidato Emil Castaño.

        Tres jueces y dos observadores de cada partido decidirán, papeleta por papeleta, si la voluntad del votante
        está fuera de duda. El tribunal rechazó por unanimidad un recuento completo, porque nadie demostró errores
        en los votos válidos.

        El problema está en una papeleta nueva, en la que la casilla aparece a la izquierda del nombre y no a la
        derecha. Teodora Vance, que aventaja a Castaño por 4.112 votos, dijo que aceptará el resultado. El trabajo,
        que durará cinco días, se transmitirá en directo.

        # Recount confirms Vance as president of Miravel
        @ harbour-post.example | en | 2025-10-13 19:40 | Ilse Maren | recount
        A recount of spoilt ballots has confirmed Teodora Vance as winner of the election in Miravel; her lead over
        Emil Castaño even grew, from 4,112 votes to 4,390.

        Of 11,800 ballots set aside in 640 polling stations, the judges declared 7,254 valid. Slightly more than
        half of them were for Vance. Castaño congratulated her within the hour and said that he had asked for a
        recount and received one, which was more than many democracies could offer.

        The Electoral Council admitted that the new ballot had been tested on too few people. It will go back to the
        old design. Vance takes office on the first of December.
        """#
}
