extension SampleNews {
    /// A container ship aground, what it does to freight, and whose pilots were to blame.
    static let veyraStrait = #"""
        id: veyra-strait
        title: Strait of Veyra blocked
        description: A ship aground closes the strait; freight is rerouted while Tarsia and Ovelund argue over pilots.
        entities: Halden Grace; Strait of Veyra; Tarsia; Ovelund; Veyra Pilots' Guild; Mirren Salvage

        # Container ship Halden Grace runs aground and closes the Strait of Veyra
        @ harbour-post.example | en | 2025-10-01 05:20 | Ilse Maren | grounding
        The container ship Halden Grace ran aground shortly before four in the morning in the narrowest part of the
        Strait of Veyra, closing the channel to traffic in both directions.

        The vessel, 366 metres long and bound for Port Lysa, came to rest across the fairway near the Tollan light
        with its bow on a gravel bank. None of the 24 people on board was hurt, the coastguard said, and no oil has
        been seen on the water.

        By sunrise 31 ships were at anchor on either side of the strait. Tugs from the Tarsian coast tried to pull
        the stern free at high water but gave up after two hours. A larger attempt is planned for tonight's tide,
        when the water will stand forty centimetres higher.

        # Grounded giant blocks Veyra channel, tugs wait for the tide
        @ meridian-wire.example | en | 2025-10-01 07:05 | Staff report | grounding
        A 366-metre container ship is stuck fast in the Strait of Veyra and no one expects it to move before the
        evening tide.

        The Halden Grace touched the gravel bank by the Tollan light at 03:50 local time after what its operator
        called a loss of steering lasting less than a minute. The stern then swung across the channel, leaving a gap
        of some sixty metres, too little for anything larger than a fishing boat.

        Four tugs are on the scene and three more are on their way from Ovelund. The coastguard counted 44 waiting
        ships by midmorning. The crew is safe and divers have found no hole in the hull, a spokesman said, although
        two ballast tanks are damaged.

        # Salvage team boards the Halden Grace
        @ northgate-herald.example | en | 2025-10-01 11:40 | Tom Varrick | grounding
        Eight salvage masters from Mirren Salvage were lowered by helicopter on to the deck of the Halden Grace on
        Wednesday to plan how the grounded ship can be freed.

        Their first finding is sobering: about a third of the hull rests on the bank, and the ship has some 9,000
        tonnes too much weight at the bow to float off by itself. Ballast water is being pumped out and fuel shifted
        towards the stern.

        If tonight's tide does not lift the container ship, the team will bring a crane barge to take off boxes from
        the forward bays. That could take a week, warned Dagny Holt, who leads the operation, because the barge has
        to come from Port Lysa and the Strait of Veyra is exposed to westerly wind.

        # Loss of steering lasted forty seconds, says operator of stranded ship
        @ coastal-dispatch.example | en | 2025-10-01 15:30 | Renna Okoll | grounding
        The rudder of the Halden Grace did not answer for forty seconds before the ship struck the bank in the
        Strait of Veyra, its operator said after reading the voyage recorder.

        A pump in the steering gear stopped and the spare one started late, the company Norhalm Lines explained. In
        a channel only 300 metres wide that was enough. The master dropped both anchors, which slowed the container
        ship but also helped to turn it across the fairway.

        Investigators from Ovelund, under whose flag the ship sails, will examine the pump. They also want to know
        why the pilot had left the bridge a mile earlier than the rules of the strait foresee. The Veyra Pilots'
        Guild declined to comment while the inquiry is open.

        # First attempt to refloat Halden Grace fails
        @ harbour-post.example | en | 2025-10-02 00:50 | Ilse Maren | grounding
        Seven tugs pulled for three hours on Wednesday night, but the Halden Grace did not leave the gravel bank on
        which it has been lying since before dawn.

        At the top of the tide the stern moved by some fifteen metres, enough to raise a cheer among people watching
        from the Tollan light, and then stopped. A tow line parted without hurting anyone. Salvage master Dagny Holt
        said the movement showed that the method works and that the ship needs to be lighter.

        A crane barge left Port Lysa at midnight. It is to lift between 300 and 500 containers from the bow of the
        grounded ship. Until then the Strait of Veyra stays closed and 71 vessels are waiting.

        # Dredgers join the effort at the Tollan bank
        @ tidewatch.example | en | 2025-10-02 08:15 | Corin Basse | grounding
        Two suction dredgers began on Thursday to take gravel from under the bow of the stranded Halden Grace,
        working a few metres at a time so as not to damage the hull.

        The plan of Mirren Salvage is to remove about 15,000 cubic metres around the forward part of the ship before
        the spring tide on Saturday. Together with the crane barge that lifts containers, this should let the tugs
        turn the vessel back along the channel of the Strait of Veyra.

        Marine biologists reminded the salvors that the Tollan bank is a nursery for plaice. The dredged gravel will
        be dropped on a site two miles away that was agreed with the fisheries board, the coastguard said, and
        divers will check the bank afterwards.

        # Crane barge lifts first containers off stranded ship
        @ coastal-dispatch.example | en | 2025-10-03 10:10 | Renna Okoll | grounding
        The first container came off the Halden Grace at 07:12 on Friday, two days after the ship ran aground and
        shut the Strait of Veyra.

        The crane barge works on the forward bays, where the boxes stand nine high. Wind slowed the lift: at gusts
        above 12 metres a second the crane has to stop. By midmorning 38 containers were on barges. Most hold
        furniture, tyres and animal feed, according to the cargo list; three with chemicals for cleaning are left
        where they are.

        Salvage master Dagny Holt said the ship now needs to lose another 2,500 tonnes before the spring tide. If
        everything goes well, the tugs will pull again in the night to Saturday.

        # Halden Grace afloat again after four days
        @ meridian-wire.example | en | 2025-10-04 04:35 | Staff report | grounding
        The Halden Grace is afloat. At 02:58 on Saturday nine tugs drew the container ship off the Tollan bank, and
        the Strait of Veyra lay open for the first time since Wednesday.

        Ship horns sounded on both sides of the channel as the stern came round. Salvors had lifted 412 containers,
        pumped out ballast and dredged gravel from under the bow, and the spring tide gave the last forty
        centimetres. The hull shows dents but no leak, said Mirren Salvage.

        The vessel is being towed to an anchorage near Port Lysa for inspection. Traffic starts again at noon in one
        direction at a time. The coastguard expects that it will take three days to clear the queue of 118 ships.

        # El portacontenedores Halden Grace encalla y cierra el estrecho de Veyra
        @ el-farol-austral.example | es | 2025-10-01 09:25 | Marta Olivar | grounding
        El buque portacontenedores Halden Grace encalló en la madrugada del miércoles en la parte más angosta del
        estrecho de Veyra y dejó cerrado el canal en ambos sentidos.

        El barco, de 366 metros de eslora, quedó atravesado frente al faro de Tollan con la proa sobre un banco de
        grava. Los 24 tripulantes están a salvo y no se ha visto combustible en el agua, informó la guardia costera.

        A media mañana esperaban ya más de cuarenta barcos. Cuatro remolcadores intentaron sin éxito mover la popa y
        otros tres vienen de camino. El siguiente intento será con la marea de la noche, que subirá cuarenta
        centímetros más.

        La empresa propietaria habla de una pérdida de gobierno que duró menos de un minuto.

        # Le porte-conteneurs Halden Grace bloque le détroit de Veyra
        @ la-lettre-du-littoral.example | fr | 2025-10-01 10:00 | Aude Kerven | grounding
        Le porte-conteneurs Halden Grace s'est échoué mercredi avant l'aube dans le passage le plus étroit du
        détroit de Veyra, fermé depuis à la navigation dans les deux sens.

        Long de 366 mètres, le navire s'est mis en travers du chenal devant le phare de Tollan, l'étrave posée sur
        un banc de gravier. Aucun des 24 membres d'équipage n'est blessé et aucune fuite de carburant n'a été
        observée, selon les garde-côtes.

        Sept remorqueurs doivent tirer sur la poupe à la marée du soir. En cas d'échec, il faudra alléger le navire
        en débarquant plusieurs centaines de conteneurs, ce qui pourrait prendre une semaine. Plus de quarante
        navires attendent déjà au mouillage de part et d'autre.

        # Freight rates jump as ships turn away from Veyra
        @ ledger-and-quay.example | en | 2025-10-01 16:20 | Pavel Ristow | freight
        The price of moving a container between Port Lysa and the eastern ports rose by a third within a day as
        carriers gave up waiting for the Strait of Veyra to reopen.

        Spot rates climbed from 1,450 to 1,930 crowns a box, according to the Lysa Freight Exchange. Three carriers
        have already sent ships around Cape Morrow, a detour of eleven days that burns some 600 tonnes of extra
        fuel.

        Shippers of fruit and meat feel it first, since refrigerated containers can't wait. Brokers said the rates
        would fall as quickly as they rose if the grounded ship came free by the weekend. If it did not, they added,
        warehouses in the east would run short of packaging within two weeks.

        # Carriers send ships round Cape Morrow
        @ meridian-wire.example | en | 2025-10-02 06:30 | Staff report | freight
        At least fourteen container ships have changed course for Cape Morrow rather than wait for the Strait of
        Veyra, tracking data showed on Thursday.

        The long way round adds eleven days and about 420,000 crowns in fuel for a large vessel, so carriers choose
        it only when they expect a long closure. Norhalm Lines, owner of the stranded ship, sent two of its own
        vessels south and told customers to expect delays until the end of the month.

        Smaller carriers are holding back. A spokeswoman for one of them said that its ships would stay at anchor
        until Saturday's tide, because rerouting makes every later sailing late as well. Freight rates rose for a
        second day to 2,140 crowns a container.

        # Insurers count the cost of the Veyra closure
        @ ledger-and-quay.example | en | 2025-10-02 13:45 | Pavel Ristow | freight
        Each day that the Strait of Veyra stays shut delays goods worth about 310 million crowns, insurers estimate,
        but most of that loss will fall on the cargo owners themselves.

        Ordinary cargo policies pay for damage, not for lateness. Claims against the grounded ship's own insurer are
        capped by treaty, and lawyers expect the cap to be argued over for years. Owners of cargo on board may also
        have to share in the cost of the salvage, an old rule of the sea known as general average.

        Premiums for passing the strait have doubled since Wednesday. Underwriters said they would fall again once
        pilots and coastguard agree on new rules for the largest container ships.

        # Orchard growers fear for pears stuck at anchor
        @ inland-courier.example | en | 2025-10-02 17:10 | Hedda Laine | freight
        For the pear growers of the Ammer valley the closure of the Strait of Veyra could not have come at a worse
        moment: a fifth of the harvest is on the water.

        About 190 refrigerated containers with early pears are on ships that wait at the southern anchorage. The
        fruit keeps for some three weeks at one degree, said Jonas Pell of the growers' cooperative, but
        supermarkets turn it down when it arrives with less than ten days to go.

        The cooperative asked carriers to put fruit on the first ships through when the strait reopens. It has also
        hired forty lorries for the land route, at twice the normal freight rate, to keep at least its best
        customers supplied.

        # Railways offer extra trains while the strait is closed
        @ northgate-herald.example | en | 2025-10-03 07:50 | Tom Varrick | freight
        Rail operators are putting on eleven extra freight trains a week between Port Lysa and the eastern border to
        carry containers that would otherwise wait for the Strait of Veyra.

        Each train takes 84 containers, a fraction of what a single ship holds, and all places for the coming ten
        days were sold within hours. Rates by rail are usually half as high again as by sea; on Friday the two were
        nearly equal.

        The line over the Sorrel Pass is single-track for forty kilometres, which limits what can be added. The
        transport ministry asked for passenger services at night to give way until the backlog of freight has gone.

        # Freight rates fall back as Veyra reopens
        @ ledger-and-quay.example | en | 2025-10-04 12:00 | Pavel Ristow | freight
        Freight rates dropped by almost a quarter on Saturday, hours after tugs had cleared the Strait of Veyra, as
        traders bet that the backlog would be gone within a week.

        The Lysa Freight Exchange put a container to the eastern ports at 1,660 crowns, down from Friday's peak of
        2,210. That is still above the level of Tuesday, before the Halden Grace ran aground. The sixteen ships that
        went round Cape Morrow can't turn back and will be missing from their schedules in November.

        Port Lysa opens its gates around the clock from Sunday to take the ships that now arrive all at once. Lorry
        drivers were told to book a slot or stay at home.

        # Fletes por las nubes tras el cierre del estrecho de Veyra
        @ el-farol-austral.example | es | 2025-10-02 11:15 | Bruno Salcedo | freight
        Mandar un contenedor de Port Lysa a los puertos del este cuesta hoy un tercio más que el martes. El cierre
        del estrecho de Veyra ha llevado los fletes a su nivel más alto en cuatro años.

        Al menos catorce barcos han tomado la ruta del cabo Morrow, que añade once días de navegación y unas 600
        toneladas de combustible. Las navieras pequeñas prefieren esperar fondeadas hasta la marea del sábado.

        Los exportadores de fruta son los más preocupados. «La pera aguanta tres semanas en frío, pero el
        supermercado no la quiere si llega tarde», explicó un portavoz de la cooperativa del valle de Ammer.

        Los corredores confían en que los precios bajen en cuanto el buque encallado quede libre.

        # Live: the queue at the Strait of Veyra, hour by hour
        @ tidewatch.example | en | 2025-10-03 06:00 | Corin Basse | freight
        ! missing

        # Tarsia demands a pilot on every large ship through Veyra
        @ northgate-herald.example | en | 2025-10-01 18:45 | Leonie Strand | pilots
        Tarsia wants every ship longer than 250 metres to carry a pilot through the whole of the Strait of Veyra,
        not only to the Tollan light, the transport minister said on Wednesday.

        The strait is shared by Tarsia in the north and Ovelund in the south, and an accord of 1988 lets pilots
        leave the bridge once the narrowest bend has been passed. On the Halden Grace the pilot had gone a mile too
        early, Tarsian officials say.

        Minister Edda Quist called the accord a relic of the time when ships were half as long. Ovelund replied that
        it would look at proposals when the investigation is over, and not before. The two governments meet in Port
        Lysa next week.

        # Ovelund rejects new pilot rules for the strait
        @ the-south-examiner.example | en | 2025-10-02 09:30 | Marek Dole | pilots
        The government of Ovelund has turned down a Tarsian demand for compulsory pilots through the full length of
        the Strait of Veyra, calling it a fee in disguise.

        A passage with a pilot costs 18,000 crowns, and under the accord of 1988 the money goes to the Veyra Pilots'
        Guild on the Tarsian side. Extending the pilots' stretch by nine miles would raise the charge by half, said
        Ovelund's shipping minister, Rasmus Thole, while the steering gear of one ship is what failed.

        He proposed tugs on stand-by instead, paid for by both states. Shipping lines support the idea. The guild
        said that a tug twenty minutes away would not have saved the Halden Grace.

        # Pilots' Guild defends its man on the Halden Grace
        @ harbour-post.example | en | 2025-10-02 14:20 | Ilse Maren | pilots
        The Veyra Pilots' Guild has broken its silence about the pilot who guided the Halden Grace on Wednesday: he
        left the bridge where the master asked him to, it said, and the log proves it.

        The accord of 1988 names the Tollan light as the end of compulsory pilotage. Because the pilot boat can't
        come alongside near the light in a westerly, pilots are often taken off a mile earlier, with the consent of
        the master. The practice has been known to Tarsia and Ovelund for years, the guild said.

        It too wants the stretch extended, and asks for a second boat. Its forty-one pilots made 6,300 passages
        through the strait last year.

        # Ministers of Tarsia and Ovelund agree to talk about Veyra
        @ meridian-wire.example | en | 2025-10-03 12:25 | Staff report | pilots
        Tarsia and Ovelund will send their transport ministers to Port Lysa on Tuesday to discuss pilots, tugs and
        fees in the Strait of Veyra.

        The meeting was arranged after two days of sharp words. Edda Quist of Tarsia wants pilots on board for the
        whole passage; Rasmus Thole of Ovelund prefers emergency tugs. Diplomats said that neither idea excludes the
        other and that the true dispute is over money: who collects the fees and who pays for the boats.

        The accord of 1988 can only be changed by both parliaments. Until then, officials said, the ministers could
        agree on a recommendation that most shipping lines would follow, because insurers already ask for it.

        # What the Veyra accord of 1988 says
        @ the-south-examiner.example | en | 2025-10-03 15:00 | Sanna Aubrey | pilots
        The dispute between Tarsia and Ovelund turns on eleven pages signed in 1988. A short guide to the accord on
        the Strait of Veyra.

        The accord divides the strait along its deepest line, gives ships of all flags free passage, and makes a
        pilot compulsory between the Arne buoy and the Tollan light for ships longer than 200 metres. The Veyra
        Pilots' Guild provides the pilots and keeps the fee, out of which it pays for lights and buoys.

        It says nothing on tugs. It has no rule for ships above 300 metres, since none passed the strait at that
        time. And it can be ended by either government with two years' notice, something that neither has ever
        threatened in public.

        # Fishing villages want a say in the strait
        @ coastal-dispatch.example | en | 2025-10-04 09:40 | Renna Okoll | pilots
        Mayors of nine fishing villages on the Strait of Veyra have asked for seats at the table when Tarsia and
        Ovelund meet on Tuesday to negotiate new pilot rules.

        The accord of 1988 was made without them, they write in a letter to both ministers. Since then the large
        ships have doubled in length, their wash breaks nets and moorings, and for four days this week no boat could
        leave for the northern grounds.

        The villages support pilots on the whole passage. They also want a speed limit of ten knots at the Tollan
        light and a share of the fees for the harbour breakwaters. A spokesman for Minister Edda Quist said the
        letter would be answered.

        # Tarsia and Ovelund strike a deal on pilots and tugs
        @ meridian-wire.example | en | 2025-10-07 17:55 | Staff report | pilots
        After nine hours of talks in Port Lysa, Tarsia and Ovelund agreed on Tuesday that ships longer than 300
        metres should carry a pilot through the whole Strait of Veyra from the first of January.

        In return two emergency tugs will be stationed at the Tollan light, one from each state. The pilots' fee
        rises by a fifth, less than the Veyra Pilots' Guild had asked for, and a tenth of it goes to the villages
        along the shore.

        Ministers Edda Quist and Rasmus Thole called the deal a recommendation until both parliaments have changed
        the accord of 1988. Shipping lines said that they would follow it at once.

        # Tarsien und Ovelund streiten über Lotsen in der Veyra-Enge
        @ nordsund-bote.example | de | 2025-10-02 16:05 | Henrike Loos | pilots
        Nach der Havarie der Halden Grace verlangt Tarsien, dass künftig jedes große Schiff auf der ganzen Strecke
        durch die Veyra-Enge einen Lotsen an Bord hat. Ovelund lehnt das ab.

        Nach dem Abkommen von 1988 endet die Lotsenpflicht am Leuchtturm von Tollan. Auf der Halden Grace war der
        Lotse eine Meile früher von Bord gegangen, mit Zustimmung des Kapitäns, wie die Lotsengilde betont.

        Der ovelundische Schifffahrtsminister Rasmus Thole spricht von einer versteckten Gebühr und schlägt
        stattdessen zwei Notschlepper vor, die beide Staaten bezahlen. Seine tarsische Kollegin Edda Quist hält das
        Abkommen für überholt. Am Dienstag wollen sich die beiden in Port Lysa treffen. Die Reeder rechnen mit einem
        Kompromiss, denn auch die Versicherer dringen auf strengere Regeln.
        """#
}
