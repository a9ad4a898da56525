extension SampleNews {
    /// A desalination plant on trial, and what its brine does to the bay.
    static let kestrelBay = #"""
        id: kestrel-bay
        title: Desalination at Kestrel Bay
        description: A desalination plant starts its trial run; fishers worry about the brine it returns to the sea.
        entities: Kestrel Bay; Saltmarsh Water; Ada Fenn; Bay Fishers' Association

        # Kestrel Bay plant makes its first fresh water
        @ coastal-dispatch.example | en | 2025-10-02 07:35 | Renna Okoll | plant
        The desalination plant at Kestrel Bay produced its first fresh water on Thursday, three years after a
        drought had emptied two of the region's four reservoirs.

        In the trial run one of six lines works, enough for some 20,000 households. The water still goes back to the
        sea until laboratories have tested it for four weeks, said Ada Fenn, who heads the utility Saltmarsh Water.
        Full operation of the plant is planned for February.

        Membranes hold back the salt at a pressure of 60 bar. Each cubic metre takes 2.9 kilowatt-hours, a third
        less than at older plants, because the pressure of the outgoing brine is used again. Two thirds of the
        electricity is to come from a wind farm on the ridge.

        # Trial run at desalination plant goes to plan
        @ tidewatch.example | en | 2025-10-04 08:00 | Corin Basse | plant
        Two days into its trial run, the desalination plant of Saltmarsh Water is working as designed, the utility
        said on Saturday.

        The first line at Kestrel Bay yields 6,800 cubic metres of fresh water a day. Salt content is below 200
        milligrams a litre, well inside the limit, and boron, the usual worry with sea water, stays under half the
        permitted value. A pump that ran too warm was changed overnight.

        Ada Fenn, head of Saltmarsh Water, invited residents to taste the water next weekend. The second line of the
        plant starts on Monday. If the tests go on like this, she said, hosepipe bans in the three coastal districts
        could be lifted by spring.

        # What a litre from the sea will cost in Kestrel Bay
        @ northgate-herald.example | en | 2025-10-03 09:15 | Leonie Strand | plant
        Households around Kestrel Bay will pay about 11 crowns more a month for water when the desalination plant
        runs at full load, according to figures from Saltmarsh Water.

        Fresh water from the sea costs 0.62 crowns a cubic metre to make, most of it for electricity. Water from the
        hills costs half as much, but there is no longer enough of it. The plant itself cost 184 million crowns, of
        which the state paid forty per cent.

        The utility wants to run it only when the reservoirs stand below 70 per cent, said its head, Ada Fenn. In a
        wet year two of the six lines would rest. Consumer groups asked for a lower tariff for small households.

        # Why the plant at Kestrel Bay was built twice as large as planned
        @ inland-courier.example | en | 2025-10-04 15:25 | Hedda Laine | plant
        When the desalination plant at Kestrel Bay was drawn up, it had three lines. It now has six, and Saltmarsh
        Water says that the dry summer two years ago decided the matter.

        In that August the Upper Tern reservoir fell to 19 per cent and lorries brought drinking water to eleven
        villages. Engineers had reckoned with such a summer once in eighty years; new climate figures say once in
        fifteen. Doubling the plant during construction cost less than half as much as a second one later.

        Ada Fenn, who became head of the utility that year, defends the size. Fresh water that is not needed can go
        to the reservoirs through a pipe which is being laid now.

        # Fishers fear brine from desalination plant
        @ harbour-post.example | en | 2025-10-02 12:55 | Ilse Maren | brine
        The Bay Fishers' Association has called for limits on the brine that the new desalination plant returns to
        Kestrel Bay, and threatens to go to court.

        For each litre of fresh water the plant gives back a little more than a litre of water with twice the salt
        of the sea. It leaves through a pipe 900 metres long with forty nozzles that mix it with sea water. In a
        calm bay that is not enough, said the association's chairman, Obed Tarn: the heavy brine flows along the
        bottom, where crabs and sole spawn.

        Saltmarsh Water answered that salinity is back to normal within 50 metres of the nozzles. The fishers want
        measurements by somebody else.

        # University to measure salt on the floor of Kestrel Bay
        @ tidewatch.example | en | 2025-10-05 10:30 | Corin Basse | brine
        Scientists from the marine station at Lund Point will measure the salinity on the floor of Kestrel Bay for a
        year, after fishers and the water utility agreed on Sunday to let a third party judge.

        Twelve probes are to be placed around the outlet of the desalination plant, at distances of 20 to 800
        metres. They report every ten minutes, and everybody will be able to see the figures. If the brine raises
        the salinity by more than one part in a thousand at 100 metres, the plant has to reduce its output.

        The Bay Fishers' Association put off its lawsuit. Its chairman, Obed Tarn, said numbers were all that his
        members had ever asked for.

        # Crabs, currents and brine: what is known about Kestrel Bay
        @ the-south-examiner.example | en | 2025-10-06 06:45 | Sanna Aubrey | brine
        How much harm does brine do? Studies of other desalination plants give no single answer, and Kestrel Bay has
        features that make it harder.

        The bay is shallow and has a sill at its mouth, so the water at the bottom is exchanged only once in nine
        days. Brine is heavier than sea water and collects in hollows. Crabs bear it well; the eggs of sole do not,
        according to experiments at the Lund Point station, where hatching fell by a fifth at a salinity of 40.

        On the other hand, the tide at the outlet runs at half a knot, which mixes well. The Bay Fishers'
        Association and Saltmarsh Water both cite the same study.
        """#
}
