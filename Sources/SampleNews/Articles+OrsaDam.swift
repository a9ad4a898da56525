extension SampleNews {
    /// A lake lowered to mend a dam, the flooded farmers, and the concrete.
    static let orsaDam = #"""
        id: orsa-dam
        title: Crack in the Orsa dam
        description: A cracked spillway forces Lake Orsa down; farmers downstream lose fields, engineers drill.
        entities: Lake Orsa; Orsa dam; Vale Hydro; Ines Corvane; Lower Tern

        # Crack in spillway: Lake Orsa to be lowered by nine metres
        @ inland-courier.example | en | 2025-09-29 17:25 | Hedda Laine | lowering
        Lake Orsa will be lowered by nine metres over the next two weeks after inspectors found a crack eleven
        metres long in the spillway of the dam.

        There is no danger to people below the dam, said Ines Corvane, chief engineer of the owner, Vale Hydro. The
        crack runs through the upper slab of the concrete chute, which is needed only in floods. It has to be mended
        before the rains of November, and for this the lake must be well below its edge.

        Some 70 cubic metres a second are now let out through the bottom gates. Anglers and campers on the Lower
        Tern were told to stay away from the banks, since the river rises by a metre.

        # Sirens tested below Orsa dam as lake goes down
        @ northgate-herald.example | en | 2025-10-01 13:30 | Leonie Strand | lowering
        Sirens wailed for three minutes in the villages below the Orsa dam on Wednesday, in a test that had been
        announced and still sent some people to the hills.

        Lake Orsa has sunk by two metres since Monday. Vale Hydro, which owns the dam, lets out as much water
        through the bottom gates as the Lower Tern can take without flooding. Mayor Ruben Asch of Ternside said that
        the sirens had not been tried for six years and that two of eleven stayed silent.

        Chief engineer Ines Corvane repeated that the crack in the spillway puts nobody at risk. She showed
        villagers pictures of it at a meeting attended by 400.

        # Drowned village comes to light in Lake Orsa
        @ tidewatch.example | en | 2025-10-05 08:50 | Corin Basse | lowering
        The church tower of Old Orsa stands above the water for the first time in thirty-four years, as the lake
        goes down for the repair of the dam's spillway.

        Hundreds of visitors came on Sunday to see walls, a bridge of three arches and the stumps of an avenue of
        limes. Former inhabitants walked along what was the main street. The village was given up when the Orsa dam
        was closed in 1961, and 212 people moved uphill.

        Police ask people not to leave the road: the mud is up to two metres deep. Vale Hydro will keep the lake at
        this level for about six weeks. It has now sunk by six of the nine metres planned.

        # Le lac d'Orsa abaissé de neuf mètres pour réparer le barrage
        @ la-lettre-du-littoral.example | fr | 2025-09-30 09:05 | Aude Kerven | lowering
        ! latin1
        Le niveau du lac d'Orsa va baisser de neuf mètres en deux semaines : une fissure longue de onze mètres a été
        découverte dans l'évacuateur de crues du barrage.

        La population ne court aucun danger, assure Ines Corvane, ingénieure en chef de l'exploitant Vale Hydro. La
        fissure traverse la dalle supérieure du coursier, qui ne sert qu'en période de crue. Les travaux doivent
        être terminés avant les pluies de novembre.

        Environ 70 mètres cubes d'eau par seconde s'écoulent désormais par les vannes de fond. Pêcheurs et campeurs
        sont priés de s'éloigner des berges de la Basse Tern, dont le niveau monte d'un mètre. Les sirènes des
        villages seront testées mercredi à midi.

        # Le clocher du vieil Orsa sort de l'eau
        @ la-voix-des-vallons.example | fr | 2025-10-05 18:20 | Luc Damery | lowering
        Pour la première fois depuis trente-quatre ans, le clocher du vieil Orsa se dresse au-dessus du lac, abaissé
        pour permettre la réparation du barrage.

        Des centaines de curieux sont venus dimanche voir réapparaître des murs, un pont à trois arches et les
        souches d'une allée de tilleuls. D'anciens habitants ont remonté la grand-rue, à pied sec. Le village avait
        été évacué en 1961, lors de la mise en eau ; 212 personnes avaient dû partir.

        La gendarmerie demande de ne pas quitter la chaussée, car la vase atteint deux mètres par endroits. Vale
        Hydro maintiendra le lac à ce niveau pendant six semaines environ. Il a déjà perdu six des neuf mètres
        prévus.

        # Lake Orsa reaches its lowest level in three decades
        @ meridian-wire.example | en | 2025-10-11 07:30 | Staff report | lowering
        Lake Orsa stood nine metres below its usual level on Saturday, low enough for repairs to the spillway of the
        dam to begin.

        Vale Hydro closed the bottom gates halfway and lets out only what flows in. Cranes are to be put up on the
        crest of the dam on Monday. The cracked slab will be sawn out in blocks of six tonnes each and replaced
        within five weeks, chief engineer Ines Corvane said.

        The company loses about 150,000 crowns a day, because its turbines run at a third of their power. If heavy
        rain comes early, the lake has room for four days of the worst flood on record.

        # Farmers on the Lower Tern count drowned fields
        @ coastal-dispatch.example | en | 2025-10-02 10:45 | Renna Okoll | farmers
        Water let out of Lake Orsa has flooded some 190 hectares of low-lying fields along the Lower Tern, farmers
        said on Thursday, and with them the last potatoes of the year.

        The river rose higher than Vale Hydro had forecast, by 1.4 metres instead of one, because a weir at Ternside
        was clogged with driftwood. Nineteen farms are affected. Hilde Rask had sixteen hectares of potatoes in the
        ground and could lift only five before the water came.

        The company has sent an assessor and promises to pay for losses that the lowering of the lake has caused.
        The weir, it adds, belongs to the municipality. The farmers want one address for their claims.

        # Vale Hydro and town quarrel over a clogged weir
        @ the-south-examiner.example | en | 2025-10-04 11:20 | Marek Dole | farmers
        Who pays for the drowned potatoes of the Lower Tern depends on some forty tree trunks that lay against the
        weir at Ternside.

        Vale Hydro says that without them the river would have stayed within its banks while Lake Orsa was let down.
        The town, which owns the weir, says that it was given four days' notice instead of the two weeks foreseen in
        the contract, and had neither crane nor crew. Mayor Ruben Asch showed letters to prove it.

        For the nineteen farmers the quarrel is idle, said their speaker Hilde Rask: they need money before seed is
        bought in January. Their lawyer proposes that both pay half and settle later.

        # Compensation agreed for farmers below Orsa dam
        @ inland-courier.example | en | 2025-10-09 16:40 | Hedda Laine | farmers
        Nineteen farmers whose fields on the Lower Tern were flooded by water from Lake Orsa will share 640,000
        crowns, of which Vale Hydro pays two thirds and the town of Ternside one.

        Under the agreement reached on Thursday, each gets 80 per cent of the assessor's figure by the end of the
        month, and the rest after the potato price of December is known. Nobody admits guilt for the clogged weir.
        The company and the town will clear it together each September.

        Hilde Rask, who spoke for the farmers, called the result decent. Eleven hectares of her potatoes are lost,
        but the mud, she said, was the best that the fields had had in years.

        # Wet fields, happy storks: the other side of the Tern flood
        @ tidewatch.example | en | 2025-10-08 07:55 | Corin Basse | farmers
        What drowned the potatoes on the Lower Tern has set a table for birds. More than 300 storks and some 4,000
        lapwings rest on the flooded fields below Ternside, counted by volunteers over the weekend.

        The birds are on their way south and feed on worms that flee from the wet soil. Normally they fly over the
        valley without stopping. When Lake Orsa reaches its low level and less water is let out, the fields will dry
        within ten days.

        The bird society asks farmers to leave a strip under water until the end of October and offers 90 crowns a
        hectare. Four of the nineteen whose fields were flooded have said yes.

        # Engineers blame frost and old concrete for crack in Orsa dam
        @ summit-observer.example | en | 2025-10-03 15:15 | Nadia Quell | concrete
        Sixty winters and a concrete that was mixed too wet have cracked the spillway of the Orsa dam, according to
        a first report by engineers of the technical university.

        Cores drilled from the slab show fine voids in which water freezes and bursts the stone. The crack, at first
        a hair's breadth, widened to four millimetres within two years. A joint that should let the concrete move
        was filled with mortar during a repair in 1987, which made things worse.

        The dam itself is of another mixture and sound, the report says. Vale Hydro's chief engineer Ines Corvane
        said she would have all slabs of the spillway drilled, not only the broken one.

        # Second slab of Orsa spillway also damaged, cores show
        @ northgate-herald.example | en | 2025-10-07 18:35 | Tom Varrick | concrete
        Drill cores have revealed hidden damage in a second slab of the Orsa dam's spillway, Vale Hydro said on
        Tuesday, which makes the repair longer and dearer.

        The concrete of the slab is weakened by frost to a depth of twenty centimetres, though no crack is to be
        seen from outside. Engineers decided to replace it along with the first. Instead of five weeks the work
        takes seven, and the cost rises from 2.2 to 3.1 million crowns.

        The other six slabs are in order. Chief engineer Ines Corvane said the find justified drilling everywhere:
        to discover it in two years would have meant emptying Lake Orsa a second time.

        # Who signed off the mortar joint of 1987?
        @ the-south-examiner.example | en | 2025-10-10 06:20 | Sanna Aubrey | concrete
        A joint filled with mortar in 1987 helped to crack the spillway of the Orsa dam. The order for it can't be
        found.

        Joints between slabs of concrete are closed with a soft material so that they can move with heat and frost.
        Filling one with mortar is a beginner's mistake, said a retired engineer who worked on the dam in those
        years. He remembers that the soft filling had not been delivered and the rains were near.

        The archive of Vale Hydro has an invoice for the mortar but no drawing or signature. The supervisory
        authority approved the repair from photographs. Today two of its inspectors would have to be present on
        site.

        # Inspectors to visit 38 dams after Orsa crack
        @ meridian-wire.example | en | 2025-10-10 14:05 | Staff report | concrete
        ! moved
        The spillways of 38 dams that were built in the same decade as the Orsa dam will be inspected before spring,
        the supervisory authority announced on Friday.

        Inspectors look above all for joints filled with mortar and for concrete weakened by frost, the two causes
        of the crack at Lake Orsa. At twelve dams they will drill cores. The owners have to bear the cost, some
        40,000 crowns for each.

        The authority has six inspectors for dams and will borrow four from the railways. It does not expect to find
        many cases like Orsa's. Most spillways of that time were covered with a second layer in the nineties, an
        expense that Vale Hydro had saved.
        """#
}
