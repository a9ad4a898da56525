extension SampleNews {
    /// A chip factory: its subsidy, its water, its people.
    static let quillonPlant = #"""
        id: quillon-plant
        title: A chip factory for Quillon
        description: A large chip factory for Quillon: a subsidy, worries about water, and a search for technicians.
        entities: Quillon; Lumen Foundry; Berit Aske; Fennmoor; Institute of Technology Quillon

        # Lumen Foundry to build chip factory in Quillon
        @ meridian-wire.example | en | 2025-09-30 10:00 | Staff report | subsidy
        The chip maker Lumen Foundry will build a factory for 3.8 billion crowns at Quillon, the company and the
        government announced on Tuesday, and the state will pay a quarter of it.

        The plant is to make chips for cars and power supplies from 2028 and to employ 1,900 people. Chief executive
        Berit Aske said that Quillon had won over four other places because of its harbour, its Institute of
        Technology and a site of ninety hectares ready to build on.

        The subsidy of 950 million crowns is the largest that the state has ever granted to one company. It is paid
        in five parts, each tied to a stage of construction or to a number of jobs.

        # Opposition calls Quillon subsidy a gift to Lumen Foundry
        @ the-south-examiner.example | en | 2025-10-01 15:40 | Marek Dole | subsidy
        Half a million crowns for each job: with this sum the opposition attacked the subsidy for Lumen Foundry's
        chip factory at Quillon in parliament on Wednesday.

        The company made a profit of 700 million last year and would have built the factory anyway, said Gesa
        Thorne, who speaks for the opposition on the budget. She asked why the contract is secret. Economy minister
        Paul Idris replied that four other countries had offered between 20 and 35 per cent of the cost.

        He will show the contract to the budget committee behind closed doors. If Lumen Foundry closes the plant
        within fifteen years, he said, it must pay back the subsidy with interest.

        # What economists make of the Quillon deal
        @ ledger-and-quay.example | en | 2025-10-02 08:10 | Pavel Ristow | subsidy
        Is 950 million crowns for a chip factory well spent? Of seven economists asked by this paper, three say yes,
        three say no and one says that nobody can know.

        Those in favour point to suppliers: for every job at Lumen Foundry, they expect two more around Quillon
        within ten years. Those against recall the display factory at Harn, which got a subsidy and closed after
        six. The same money would have paid for all the railway bridges that need repair.

        Both camps praise that the payments are tied to stages. The fifth part, 240 million crowns, flows only when
        1,900 people have worked at the factory for two years.

        # Lumen Foundry wählt Quillon: Chipfabrik für 3,8 Milliarden Kronen
        @ nordsund-bote.example | de | 2025-09-30 13:35 | Jost Wieland | subsidy
        Der Chiphersteller Lumen Foundry baut in Quillon eine Fabrik für 3,8 Milliarden Kronen. Ein Viertel davon
        zahlt der Staat, so viel wie nie zuvor an ein einzelnes Unternehmen.

        Von 2028 an sollen dort 1.900 Menschen Chips für Autos und Netzteile herstellen. Den Ausschlag gaben nach
        den Worten von Firmenchefin Berit Aske der Hafen, die Technische Hochschule und ein fertig erschlossenes
        Gelände von neunzig Hektar.

        Die Beihilfe von 950 Millionen Kronen fließt in fünf Raten, die an Bauabschnitte und Arbeitsplätze gebunden
        sind. Die Opposition spricht von einem Geschenk und verlangt, dass der Vertrag offengelegt wird. Schließt
        das Werk vor Ablauf von fünfzehn Jahren, muss der Konzern das Geld samt Zinsen zurückzahlen.

        # Ground broken for chip factory at Quillon
        @ harbour-post.example | en | 2025-10-10 13:55 | Ilse Maren | subsidy
        With eleven spades and a good deal of rain, Lumen Foundry and the government marked the start of work on the
        chip factory at Quillon on Friday.

        Excavators had in truth been at it since Monday. The first hall is to have a roof by next autumn, so that
        machines can be brought in through the winter, said chief executive Berit Aske. Its floor rests on 2,400
        piles, because a truck that passes a kilometre away would otherwise spoil the chips.

        The start of construction releases the first part of the state's subsidy, 120 million crowns. Outside the
        fence some sixty people from Fennmoor demonstrated with empty buckets for their water.

        # Villages around Quillon fear for their wells
        @ inland-courier.example | en | 2025-10-03 11:50 | Hedda Laine | water
        A chip factory drinks like a town. Lumen Foundry's plant at Quillon will need 14,000 cubic metres of water a
        day, and six villages on Fennmoor fear for their wells.

        Chips are rinsed with very pure water after each of several hundred steps. The company wants to take a third
        from the ground and the rest from the river Quill. In dry summers the groundwater under Fennmoor has already
        sunk by a metre and a half, said Alma Reth, mayor of one of the villages.

        She wants the permit for the wells to be tied to a level below which pumping stops. Lumen Foundry says that
        from the third year it will use each litre of water twice.

        # Lumen Foundry offers to recycle more water at Quillon
        @ tidewatch.example | en | 2025-10-07 10:15 | Corin Basse | water
        After protests from the villages on Fennmoor, Lumen Foundry has promised to reuse 70 per cent of the water
        at its chip factory near Quillon, instead of the half that was planned.

        That lowers the daily need from 14,000 to 8,500 cubic metres. The additional treatment costs 60 million
        crowns and takes up two hectares of the site. The company keeps its wish for wells on Fennmoor but would use
        them only between July and September, when the river is low.

        Mayor Alma Reth called it a step. The villages still ask for a groundwater level at which pumping must stop,
        and for a probe that everyone can read. A hearing is planned for November.

        # Old maps show how Fennmoor lost its water once before
        @ the-south-examiner.example | en | 2025-10-09 07:25 | Sanna Aubrey | water
        It isn't the first time that Quillon's industry thirsts for the groundwater of Fennmoor. Maps in the town
        archive show eleven ponds on the moor; in 1931 there were two.

        A bleachery had drilled wells in 1908 and pumped for twenty years. When the villages' own wells fell dry,
        the works paid for a pipe from the hills, which still supplies them. The water under the moor took until the
        seventies to come back.

        Hydrologists say that the chip factory of Lumen Foundry would take less than half as much as the bleachery
        did. But summers have become drier since. Their model, to be shown at the hearing in November, covers thirty
        years.

        # Wanted: 400 technicians for Quillon's chip factory
        @ northgate-herald.example | en | 2025-10-04 10:20 | Tom Varrick | training
        Lumen Foundry is looking for people who don't exist yet. Of the 1,900 employees for its factory at Quillon,
        some 400 must be technicians trained to look after chip machines, and the whole country has about 150.

        The Institute of Technology Quillon will start a two-year course in February, with sixty places and a clean
        room paid for by the company. Apprentices get 1,600 crowns a month from the first day. Those who stay for
        three years need not pay anything back.

        Berit Aske, who heads Lumen Foundry, began as an apprentice herself. Mechanics from the shipyard which is
        closing next summer can enter the course in its second term.

        # Shipyard mechanics learn to build chips
        @ coastal-dispatch.example | en | 2025-10-08 09:35 | Renna Okoll | training
        For twenty-six years Jory Maddern welded hulls at the Quillon shipyard. On Wednesday he put on a white
        overall and learned how to walk so as not to stir up dust.

        He is one of thirty mechanics who try out the course for technicians that the Institute of Technology and
        Lumen Foundry will offer from February. The yard closes next summer; 340 people work there. Valves, pumps
        and vacuum are the same everywhere, said the teacher, only smaller and cleaner.

        Whoever passes gets an offer from the chip factory, at a wage some ten per cent below that of a master
        welder. Maddern has not decided. His daughter has: she applied for the apprenticeship.

        # Flats for technicians: Quillon runs out of room
        @ summit-observer.example | en | 2025-10-11 08:05 | Nadia Quell | training
        The technicians and apprentices whom Lumen Foundry wants to bring to Quillon will need some 900 flats, and
        the town has 120 empty ones.

        Rents have gone up by a tenth since the factory was announced. The Institute of Technology, which trains the
        technicians, has 300 students on the waiting list for its hostels. The town council wants to turn offices of
        the closing shipyard into rooms for apprentices and asks the company to pay half.

        Lumen Foundry is willing to talk, a spokeswoman said. It would rather run buses from the neighbouring towns,
        where there is room. The first course with sixty apprentices begins in February, in rented classrooms.
        """#
}
