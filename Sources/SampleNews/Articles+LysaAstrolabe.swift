extension SampleNews {
    /// A stolen astrolabe found, and the locks of the museum.
    static let lysaAstrolabe = #"""
        id: lysa-astrolabe
        title: The astrolabe of Port Lysa
        description: An astrolabe stolen from the maritime museum of Port Lysa is found; the museum examines its locks.
        entities: Port Lysa; Maritime Museum; Fenna Ooster; Anders Gauthe

        # Stolen astrolabe of Port Lysa found in a left-luggage locker
        @ harbour-post.example | en | 2025-10-01 18:10 | Ilse Maren | theft
        The brass astrolabe stolen from the Maritime Museum of Port Lysa in June has been found undamaged in a
        left-luggage locker at the ferry terminal.

        A cleaner opened the locker because its rent had run out in August and saw an object wrapped in a towel.
        Curator Fenna Ooster recognised it at once by a notch on the rim. The astrolabe was made in 1587 by Anders
        Gauthe and is one of three by him that still exist. It is insured for 1.2 million crowns.

        Police believe that the thief had no buyer, since every dealer knows the piece. There is no trace of him.
        The ferry company keeps its videos for thirty days only.

        # The notch on the rim: how a curator knew her astrolabe
        @ the-south-examiner.example | en | 2025-10-03 13:10 | Sanna Aubrey | theft
        There are good copies of the astrolabe that Anders Gauthe made in 1587. When police laid one on her desk on
        Wednesday, Fenna Ooster needed about a second.

        The curator of the Maritime Museum in Port Lysa turned it over and looked for a notch on the rim, at 217
        degrees. It got there in 1941, when the museum's treasures were carried to a cellar and someone stumbled. No
        copy has it. An X-ray on Thursday confirmed the alloy.

        The instrument, with which sailors measured the height of the sun, was stolen in June and found in a locker
        at the ferry terminal. Visitors can see it again from December.

        # Crowds welcome stolen astrolabe home to Port Lysa
        @ coastal-dispatch.example | en | 2025-10-05 17:00 | Renna Okoll | theft
        Some 3,000 people queued along the quay of Port Lysa on Sunday to look for a few seconds at a brass disc the
        size of a dinner plate: the stolen astrolabe of 1587, back from a locker in the ferry terminal.

        The Maritime Museum showed it for one day, watched by four guards, before it goes to the workshop for
        cleaning. The cleaner who had found the astrolabe, Ana Brito, cut the ribbon together with curator Fenna
        Ooster. She will receive the reward of 20,000 crowns.

        Children got a copy of the instrument in cardboard with which to measure the sun. The thief, police said,
        may have been among the visitors.

        # Museum in Port Lysa replaces its locks after theft
        @ northgate-herald.example | en | 2025-10-06 18:15 | Tom Varrick | security
        Every showcase of the Maritime Museum in Port Lysa will get a new lock and an alarm of its own, after a
        review found that 31 of 46 could be opened with the same key.

        The review was ordered after the theft of an astrolabe in June. It also found a skylight without a contact
        and a guard's round that passed through each room at the same minute every night. Whoever had watched for
        two nights knew how much time there was, write the experts.

        The new security costs 480,000 crowns, of which the city pays half. Director Piet Hallam said that the
        museum had asked for the money three years ago.

        # Small museums struggle to pay for security
        @ ledger-and-quay.example | en | 2025-10-09 10:25 | Pavel Ristow | security
        The theft at the Maritime Museum of Port Lysa has made insurers look more closely, and small museums all
        over the country are receiving letters.

        They are to prove by spring that showcases have alarms and that skylights are secured, or the premium
        doubles. The association of museums counts 210 houses that can afford neither. Some will show copies and put
        the originals into the vault of a bank, as the clock museum in Hofen has done with its eleven best pieces.

        Director Piet Hallam of Port Lysa proposes to buy alarms together, which would make security cheaper by a
        third. Forty museums have signed up within a week.
        """#
}
