extension SampleNews {
    /// A tunnel broken through, and what the auditors say of its cost.
    static let ardenTunnel = #"""
        id: arden-tunnel
        title: Breakthrough in the Arden tunnel
        description: The halves of the Arden rail tunnel meet under the mountain; auditors criticise its cost.
        entities: Arden base tunnel; Court of Auditors; Vera Lomond; Transalp Rail

        # Miners break through in the Arden base tunnel
        @ summit-observer.example | en | 2025-10-02 12:15 | Nadia Quell | breakthrough
        At 11:04 on Thursday the last metre and a half of rock fell in the Arden base tunnel, 1,900 metres below the
        summit, and miners from both sides shook hands through the dust.

        The two headings met with an error of four centimetres across and one in height. The tunnel is 31 kilometres
        long; drilling took nine years, three more than planned. Two boring machines, each as long as four football
        fields, had eaten their way through granite and wet slate.

        Trains are to run from the end of 2028. They will need 50 minutes less between Norvik and the south, said
        Vera Lomond, who heads Transalp Rail. Tracks, cables and ventilation come next.

        # Four centimetres: how the Arden tunnel met in the middle
        @ the-south-examiner.example | en | 2025-10-03 06:35 | Sanna Aubrey | breakthrough
        When the two halves of the Arden base tunnel met on Thursday, surveyor Kuno Abel was the last to be nervous.
        He had known the result for a week: four centimetres.

        Under a mountain there is no satellite to ask. The direction is carried from point to point by instruments
        and checked with a gyroscope that senses the turning of the earth. Warm air near the rock bends the line of
        sight, so measurements were taken at night with the ventilation off.

        Over 31 kilometres an error of twenty centimetres was allowed. The breakthrough of the miners was thus also
        that of a group of eleven surveyors, whom hardly anybody had photographed.

        # Durchschlag im Arden-Basistunnel
        @ hochtal-kurier.example | de | 2025-10-02 14:50 | Jost Wieland | breakthrough
        Neun Jahre nach dem ersten Anstich haben sich die Mineure im Arden-Basistunnel am Donnerstag um 11.04 Uhr
        die Hand gereicht. Die Abweichung der beiden Vortriebe betrug vier Zentimeter in der Breite und einen in der
        Höhe.

        Der Tunnel ist 31 Kilometer lang und liegt bis zu 1.900 Meter unter dem Gipfel. Zwei Bohrmaschinen
        arbeiteten sich durch Granit und nassen Schiefer, drei Jahre länger als geplant.

        Ende 2028 sollen die ersten Züge fahren und die Reise von Norvik in den Süden um fünfzig Minuten verkürzen,
        sagte die Chefin von Transalp Rail, Vera Lomond. Als Nächstes werden Gleise, Leitungen und Lüftung
        eingebaut. Im Tal läuteten am Mittag die Glocken.

        # Valley celebrates the tunnel that will make it quiet
        @ inland-courier.example | en | 2025-10-04 13:15 | Hedda Laine | breakthrough
        In the Arden valley the bells rang for a quarter of an hour after the breakthrough in the base tunnel, and
        people in the village of Hofen danced in the street on which 2,800 lorries pass every day.

        From the end of 2028 at least a third of them are to go through the mountain on trains. Innkeepers along the
        pass road have mixed feelings. “I live off drivers who are hungry,” said one of them, “but I should like to
        sleep, too.”

        Transalp Rail showed visitors the place where the miners met. The rock there has 43 degrees, and the tunnel
        will have to be cooled for as long as it exists.

        # Next step for Arden tunnel: 62 kilometres of track
        @ meridian-wire.example | en | 2025-10-07 08:30 | Staff report | breakthrough
        Five days after the breakthrough, the work of fitting out the Arden base tunnel began on Tuesday with the
        first metres of concrete for the track.

        Each of the two tubes gets 31 kilometres of track without ballast, an overhead line that can be tensioned
        from outside and a cross passage every 325 metres through which passengers could flee. Fourteen fans, the
        largest with a diameter of three and a half metres, are to drive the air. Some 600 people work in shifts
        around the clock.

        The tests with trains start in spring 2028, according to Transalp Rail. Its head, Vera Lomond, said there
        was half a year in hand. Auditors doubt that.

        # Auditors: Arden tunnel costs 70 per cent more than promised
        @ ledger-and-quay.example | en | 2025-10-06 09:55 | Pavel Ristow | audit
        The Arden base tunnel will cost 8.5 billion crowns, 70 per cent more than parliament was told when it voted
        for it, the Court of Auditors writes in a report published on Monday.

        A third of the increase is due to rock that was worse than expected. The rest, the auditors say, could have
        been foreseen: too low a figure for ventilation, contracts without a ceiling, and a change of the safety
        rules that was known before the vote. Reserves were used up after four of nine years.

        Transalp Rail replied that all increases had been approved by the ministry. Its head, Vera Lomond, pointed
        out that price rises alone made up 1.1 billion.

        # Minister defends spending on Arden tunnel
        @ northgate-herald.example | en | 2025-10-07 12:50 | Leonie Strand | audit
        Transport minister Olin Sarre has rejected the Court of Auditors' criticism of the Arden base tunnel, saying
        that nobody builds such a work twice and knows the price beforehand.

        The auditors had found that the tunnel costs 8.5 billion crowns instead of the five that were promised.
        Sarre said in parliament that the estimate had carried a margin of forty per cent up or down, which was
        printed in a footnote. The opposition read the footnote aloud. It speaks of thirty.

        The minister wants to follow one of the report's eleven recommendations at once: contracts for fitting out
        the tunnel get a ceiling. Those for ventilation were signed without one in August.

        # Eleven lessons from a tunnel that cost too much
        @ the-south-examiner.example | en | 2025-10-08 11:05 | Marek Dole | audit
        The report of the Court of Auditors on the Arden base tunnel is 212 pages long. Whoever reads to the end
        finds eleven recommendations that reach far beyond one mountain.

        Estimates should be given to parliament as a range and not as a number. An independent engineer should check
        them, paid by parliament and not by the builder. Reserves should be released in stages. And whoever changes
        a contract worth more than ten million crowns should have to say publicly why.

        None of it is new, the auditors note: seven of the eleven stood in the report on the Norvik airport. They
        ask the ministry to say by March what it means to do about the costs.

        # Ticket prices through Arden tunnel may rise to cover costs
        @ harbour-post.example | en | 2025-10-10 09:00 | Ilse Maren | audit
        Travellers could pay up to nine crowns more for a journey through the Arden base tunnel if Transalp Rail has
        to bear part of the extra costs found by the Court of Auditors.

        A paper of the transport ministry examines three ways to cover 3.5 billion crowns: a charge on tickets and
        freight, a higher share of the lorry toll, or a loan over forty years. The charge alone would bring in 60
        million a year, once 18 million passengers use the line.

        Vera Lomond, head of Transalp Rail, warned that each crown on the ticket drives people back to the road. The
        government will decide after the budget debate in spring.
        """#
}
