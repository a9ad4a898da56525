extension SampleNews {
    /// A blackout, the search for its cause, and what hospitals learn from it.
    static let norvikGrid = #"""
        id: norvik-grid
        title: Blackout in the Norvik region
        description: A faulty substation darkens the Norvik region; an inquiry follows, and hospitals want batteries.
        entities: Norvik; Grid North; Esker substation; Petra Sundal; Norvik General Hospital

        # Norvik region without power after fault at substation
        @ northgate-herald.example | en | 2025-10-03 19:10 | Leonie Strand | blackout
        About 410,000 homes in the Norvik region lost electricity at 17:22 on Friday after a fault at the Esker
        substation, the network operator Grid North said.

        Trains stopped between stations, traffic lights failed and people had to be freed from some ninety lifts.
        Firefighters reported no injuries. In the city of Norvik, shops shut early and police directed traffic by
        hand.

        Grid North said that a circuit breaker at Esker had opened without a command and that two other lines were
        overloaded within seconds. Engineers are bringing back one district after another, beginning with waterworks
        and hospitals. The outer valleys could be dark until midnight, the operator warned, and asked customers to
        unplug ovens and heaters.

        # Trains stuck and lifts halted as blackout hits Norvik
        @ meridian-wire.example | en | 2025-10-03 20:30 | Staff report | blackout
        A blackout brought the Norvik region to a standstill during Friday's evening traffic, leaving passengers in
        darkened trains and commuters on foot.

        The railway said that nineteen trains were stopped on open track. Most passengers were led to the nearest
        station along the line; a train in the Harp tunnel was pulled out by a diesel engine after ninety minutes.
        Trams stood still in the streets of Norvik.

        The failure began at the Esker substation at 17:22, according to Grid North. By eight in the evening power
        was back for a third of the 410,000 homes. Mobile telephones worked only in places, since many masts have
        batteries for just two hours.

        # Power returns to Norvik after nine hours
        @ harbour-post.example | en | 2025-10-04 03:15 | Ilse Maren | blackout
        The last districts of the Norvik region got their electricity back at 02:31 on Saturday, nine hours and nine
        minutes after the Esker substation had failed.

        Grid North brought the network up in sixteen steps. It started from the hydroelectric plant at Hollin Falls,
        which can begin work without outside power, and added lines one by one so as not to overload them. Twice a
        district had to be switched off again.

        Petra Sundal, head of the operator, apologised on local radio. She promised that the cause of the blackout
        would be published, whatever it was. For the night the region had been calm, police said; they counted four
        burglaries, fewer than on an ordinary Friday.

        # A night by candlelight: how Norvik lived through the blackout
        @ inland-courier.example | en | 2025-10-04 08:40 | Hedda Laine | blackout
        When the lamps went out on Friday, Osk Brandal carried the freezer's contents of his restaurant into the
        street, lit two gas rings and cooked for whoever came by. By ten he had served 300 plates.

        Scenes like that were to be seen all over the Norvik region during the nine hours of the blackout. A choir
        went on rehearsing in the dark. Neighbours who had never spoken to each other shared torches, and the
        library at Sund Square, which has its own solar battery, let people charge their telephones.

        Not everything was idyllic. Dairy farmers milked by hand or with tractor engines, and many poured away what
        they could not cool.

        # Blackout costs Norvik's businesses some 40 million crowns
        @ ledger-and-quay.example | en | 2025-10-04 14:10 | Pavel Ristow | blackout
        The nine-hour blackout in the Norvik region cost businesses about 40 million crowns, the chamber of commerce
        estimated on Saturday.

        Food shops account for almost half of the sum, because cold stores warmed up. A glassworks in the suburb of
        Esker has to break a furnace in which the melt solidified; that alone is worth six million. Banks and data
        centres reported no losses, since they have generators of their own.

        Who will pay is open. Under the network law the operator Grid North is liable only for gross negligence, and
        otherwise up to 120 crowns for each customer. The chamber of commerce asked the company not to wait for the
        inquiry before it pays.

        # Grid North thanks the night shift at Hollin Falls
        @ summit-observer.example | en | 2025-10-05 09:30 | Nadia Quell | blackout
        Seven people at the hydroelectric plant of Hollin Falls brought light back to Norvik, and on Sunday the head
        of Grid North came to shake their hands.

        When the network collapsed on Friday, the plant was cut off as well. The shift opened a gate by hand,
        started a turbine with a diesel generator from 1974 and kept the frequency steady for three hours, while
        districts of the region were added one at a time. Each made the turbine slow down for some seconds.

        “It was like carrying a full glass through a crowd,” said shift leader Wim Aasland. They practise a start
        after a blackout once a year; the last exercise was in August.

        # Stromausfall in Norvik: Neun Stunden ohne Licht
        @ nordsund-bote.example | de | 2025-10-04 06:50 | Henrike Loos | blackout
        Nach einer Störung im Umspannwerk Esker waren in der Region Norvik am Freitagabend rund 410.000 Haushalte
        ohne Strom, die letzten von ihnen bis halb drei Uhr morgens.

        Neunzehn Züge blieben auf freier Strecke stehen, in der Stadt fielen Ampeln und Straßenbahnen aus. Die
        Feuerwehr befreite Menschen aus etwa neunzig Aufzügen. Verletzt wurde nach Angaben der Polizei niemand.

        Der Netzbetreiber Grid North baute das Netz in sechzehn Schritten wieder auf, beginnend beim Wasserkraftwerk
        Hollin Falls, das ohne Strom von außen anlaufen kann. Geschäftsführerin Petra Sundal entschuldigte sich im
        Radio und kündigte an, die Ursache offenzulegen. Die Handelskammer schätzt den Schaden auf vierzig Millionen
        Kronen, vor allem durch verdorbene Lebensmittel.

        # Panne géante en Norvik : la région dans le noir pendant neuf heures
        @ la-lettre-du-littoral.example | fr | 2025-10-04 07:20 | Aude Kerven | blackout
        Environ 410 000 foyers de la région de Norvik ont été privés d'électricité vendredi soir après une panne au
        poste d'Esker. Les derniers quartiers n'ont retrouvé le courant qu'à deux heures et demie du matin.

        Dix-neuf trains se sont arrêtés en pleine voie et les pompiers ont dégagé des passagers d'environ
        quatre-vingt-dix ascenseurs. Personne n'a été blessé, selon la police.

        Le gestionnaire du réseau, Grid North, a remis la région sous tension en seize étapes, à partir de la
        centrale hydraulique de Hollin Falls, capable de démarrer seule. Sa directrice, Petra Sundal, s'est excusée
        à la radio et a promis de publier les causes de la panne, quelles qu'elles soient.

        # Norvik blackout: picture gallery and all updates
        @ tidewatch.example | en | 2025-10-03 21:00 | Corin Basse | blackout
        ! navigation

        # Breaker at Esker opened without a command, operator says
        @ northgate-herald.example | en | 2025-10-04 16:45 | Tom Varrick | inquiry
        The circuit breaker whose opening set off Friday's blackout had not received any command, Grid North said
        after a first look at the records of the Esker substation.

        The device, built nineteen years ago, interrupted a line of 380 kilovolts. Its load moved to two other
        lines, which switched themselves off to protect themselves, as they should. What made the breaker open is
        unclear. Moisture in a control cabinet is one suspicion; a fault in the software that was installed in June
        is another.

        The maker of the breaker has sent two specialists. Grid North has 61 of the same type in service and will
        inspect all of them before winter, starting with those nearest to Norvik.

        # Energy regulator opens inquiry into the Esker failure
        @ meridian-wire.example | en | 2025-10-05 11:35 | Staff report | inquiry
        The energy regulator has opened a formal inquiry into the failure of the Esker substation and will question
        staff of Grid North from Monday.

        The authority wants to know why the loss of a single line brought down a whole region. Networks have to be
        run so that any one part can fail without consequences, a rule that engineers call n minus one. On Friday
        another line was out of service for maintenance at Esker, which according to the regulator should have led
        to a lower load.

        Grid North's head Petra Sundal promised full cooperation. A report is due in eight weeks. If the rule was
        broken, the inquiry can end in a fine of up to ten million crowns.

        # Maintenance plan moved twice before the blackout
        @ the-south-examiner.example | en | 2025-10-06 07:10 | Marek Dole | inquiry
        The maintenance that left the Esker substation with one line too few was planned for May and postponed
        twice, documents seen by this newspaper show.

        Grid North first moved the work to August, because a contractor was late, and then to October. In spring and
        summer the load is a third lower. An engineer noted in September that the region would have no reserve for
        six days if anything happened during the evening peak. The note was marked as read.

        Petra Sundal, head of the operator, did not dispute the papers. Weighing one risk against another was the
        daily business of a network, she said; the inquiry would show whether it was weighed well.

        # Damp cabinet suspected as cause of breaker fault
        @ inland-courier.example | en | 2025-10-07 13:20 | Hedda Laine | inquiry
        A corroded contact in a control cabinet is the likely cause of the false signal that opened the circuit
        breaker at the Esker substation, people close to the inquiry say.

        Specialists found traces of water behind a door whose seal was brittle. A short circuit of less than a tenth
        of a second would have been enough to trip the breaker. The heater that is meant to keep the cabinet dry had
        been switched off, perhaps since the last inspection in March.

        Grid North would not confirm the finding but has ordered that all such cabinets in the Norvik region be
        opened this week. The software from June seems to have played no part.

        # Why one failed line took down a region
        @ summit-observer.example | en | 2025-10-08 10:00 | Nadia Quell | inquiry
        A network of power lines is like a bridge with several piers: take one away and the others carry more. At
        Esker two piers were gone.

        One line was switched off for maintenance on Friday. When the circuit breaker opened the second, 900
        megawatts had to find another way, and the remaining two lines into Norvik were at 140 per cent of what they
        can bear. Protection relays cut them off after four seconds, which saved the wires.

        Within those four seconds, factories could have been shed automatically. Such a scheme exists on paper, the
        regulator's inquiry has learnt, but it was never connected at the Esker substation because of a quarrel over
        costs.

        # Hospital ran on its last hour of diesel
        @ harbour-post.example | en | 2025-10-05 07:15 | Ilse Maren | hospitals
        When power came back to Norvik General Hospital at 22:40 on Friday, its emergency generator had fuel for
        another fifty minutes.

        The tank should have lasted for twenty-four hours, director Yara Lindqvist said. A gauge had shown it as
        full although it held little more than a quarter. Staff found out when the generator was already running,
        and a farmer from the neighbourhood brought 800 litres of diesel in milk cans.

        No patient was in danger, according to the director: operating theatres and intensive care have batteries as
        well. All the same the hospital will check its gauges every week from now on, and a second generator is to
        be ordered this year.

        # Battery bank kept intensive care going in Norvik
        @ tidewatch.example | en | 2025-10-06 08:30 | Corin Basse | hospitals
        For eleven seconds on Friday evening nothing but a bank of batteries the size of a wardrobe kept the
        machines in the intensive care unit of Norvik General Hospital alive.

        That is the time the emergency generator needs to start. The batteries, installed only in spring, then
        stayed on to smooth the current, because the old generator's voltage jumped when lifts were switched on.
        Before spring, nurses had pumped air by hand during the yearly test.

        Doctors want such batteries in every ward. Director Yara Lindqvist put the cost for the hospital at 3.4
        million crowns. Two smaller hospitals in the region have no batteries at all and rely on generators.

        # Health minister wants two days of reserve for every hospital
        @ meridian-wire.example | en | 2025-10-07 15:50 | Staff report | hospitals
        Hospitals are to keep fuel or batteries for at least forty-eight hours without mains electricity, twice as
        long as today, if the health minister has his way.

        Aron Feld announced a bill for the spring session, four days after the blackout in Norvik. Norvik General
        Hospital had come within an hour of losing its generator. Besides larger tanks, the bill asks for a test
        under full load each quarter and for gauges that report to a control room.

        Hospital associations welcome the aim and ask for money: they reckon with 90 million crowns for the whole
        country. The ministry offers half. Smaller hospitals could share mobile generators on trailers, Feld
        suggested.

        # Norvik hospitals to share mobile generators
        @ northgate-herald.example | en | 2025-10-08 17:05 | Leonie Strand | hospitals
        The four hospitals of the Norvik region will buy two mobile generators together and park them at the fire
        stations of Sund and Esker, their directors agreed on Wednesday.

        Each fits on a trailer and supplies a hospital of middle size. A fire engine can bring it to any of the four
        within forty minutes. The price is 1.1 million crowns, a quarter of what fixed generators and tanks at every
        site would cost, said Yara Lindqvist, director of Norvik General Hospital.

        After Friday's blackout the hospitals also set up a common list of fuel suppliers who deliver at night. The
        farmer with the milk cans is on it.
        """#
}
