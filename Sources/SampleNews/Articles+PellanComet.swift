extension SampleNews {
    /// A comet from another star, and the lamps that hinder the view.
    static let pellanComet = #"""
        id: pellan-comet
        title: A visitor from between the stars
        description: Pellan Observatory finds a comet from another star; towns around it are asked to dim their lamps.
        entities: Pellan Observatory; comet Pellan 4; Sefa Adeyo; Pellan valley

        # Pellan telescope finds comet from beyond the solar system
        @ summit-observer.example | en | 2025-10-02 21:05 | Nadia Quell | comet
        A comet discovered at the Pellan Observatory comes from another star, astronomers said on Thursday, and will
        pass inside the orbit of Mars in December.

        The faint smudge was noticed on pictures from the night of 21 September by a program that looks for
        asteroids. Its path is bent so little by the sun that it can't belong to the solar system, explained Sefa
        Adeyo, who leads the survey. It moves at 58 kilometres a second.

        The comet, called Pellan 4, is perhaps two kilometres across. It is no danger to the earth. Observers with a
        telescope of twenty centimetres will be able to see it from the middle of November, low in the west after
        dusk.

        # What comet Pellan 4 is made of
        @ the-south-examiner.example | en | 2025-10-06 14:15 | Sanna Aubrey | comet
        The comet from another star smells of bitter almonds, so to speak: astronomers found cyanide in its light,
        and hardly any water.

        A spectrum taken at the Pellan Observatory on Saturday shows that comet Pellan 4 gives off carbon monoxide
        and cyanide while it is still far from the sun. Comets of the solar system usually begin with water. It may
        have formed in a colder place than ours did, said Sefa Adeyo, at the outer edge of the disc around a dim red
        star.

        More telescopes will look this week. It is the fourth visitor of its kind to be found, and the first to be
        seen three months before it comes nearest.

        # Amateurs join the watch for interstellar comet
        @ northgate-herald.example | en | 2025-10-07 20:25 | Tom Varrick | comet
        More than 600 amateur astronomers have offered to follow comet Pellan 4, whose path from another star brings
        it inside the orbit of Mars in December.

        The Pellan Observatory asks for pictures taken at the same minute from places far apart, from which the
        comet's distance can be worked out. It also wants to know when the tail appears. A handbook of six pages
        tells how to set up camera and clock.

        “A large telescope sees a patch of sky for a few minutes,” said Sefa Adeyo, who leads the survey. “Six
        hundred small ones see everything all night.” The youngest observer on the list so far is eleven years old.

        # Towns in the Pellan valley told to dim their lamps
        @ inland-courier.example | en | 2025-10-03 10:35 | Hedda Laine | lamps
        Street lamps in the six towns of the Pellan valley have to be dimmed by two thirds between eleven at night
        and five in the morning, the province decided on Friday.

        The rule protects the sky above the Pellan Observatory, where the glow of the towns has doubled in ten
        years. Lamps may shine only downwards and in a warm colour. Advertising boards go dark at ten. The towns
        have until the end of next year to change 7,400 lamps and get 60 per cent of the cost back.

        Police had worried about accidents. In a trial in the town of Roe, the number of crashes at night did not
        change.

        # Shopkeepers object to dark streets in Pellan valley
        @ ledger-and-quay.example | en | 2025-10-05 13:00 | Pavel Ristow | lamps
        Shopkeepers in the Pellan valley want exceptions from the rule that street lamps be dimmed and shop signs
        switched off to protect the observatory's dark sky.

        In the ski season customers stroll until midnight, said Milo Farrant of the traders' association of Roe.
        Dimmed lamps and dark windows would drive them home. He proposed to begin at one in the morning from
        December to March.

        The province is ready to talk about signs but not about lamps. Hotels take the other side: two already offer
        rooms with a view of the stars and guides who know them, and report that guests stay a night longer since
        the trial with dimmed lamps began.
        """#
}
