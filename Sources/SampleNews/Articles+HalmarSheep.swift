extension SampleNews {
    /// A sheep disease on an island: the ban on movements and the vaccine.
    static let halmarSheep = #"""
        id: halmar-sheep
        title: Marsh fever among sheep on Halmar
        description: A sheep disease spreads on the island of Halmar; movements are banned and a vaccine is flown in.
        entities: Halmar; marsh fever; Bryn Tolley; National Veterinary Office

        # Marsh fever found on three sheep farms on Halmar
        @ coastal-dispatch.example | en | 2025-09-30 16:20 | Renna Okoll | ban
        The sheep disease marsh fever has been found on three farms in the south of the island of Halmar, and no
        sheep may leave the island until further notice.

        Midges carry the virus, which makes sheep lame and feverish but does not affect people. About 140 animals
        are ill, said the National Veterinary Office, and nine have died. The three farms lie within six kilometres
        of one another.

        The ban comes at the worst time, in the week before the autumn sales at which Halmar's farmers sell some
        18,000 lambs. Chief veterinarian Bryn Tolley said that a few frosty nights would kill the midges. The
        forecast is for mild weather until the middle of the month.

        # Autumn sheep sales on Halmar called off
        @ inland-courier.example | en | 2025-10-01 08:55 | Hedda Laine | ban
        For the first time in 61 years there will be no autumn sheep sale at Halmar, after marsh fever led the
        authorities to forbid every movement of sheep on the island.

        Even the way from one pasture to another needs a permit if it crosses a road. Hill farmers have to decide by
        Friday whether to leave their flocks on the summer grazing, where grass is running out, or to ask for an
        escort by the National Veterinary Office.

        “I have 400 lambs and hay for 200,” said Keir Munnoch, who farms in the north, far from the outbreak. The
        farmers' union wants the ban limited to the south of Halmar.

        # Ban on sheep movements eased in the north of Halmar
        @ coastal-dispatch.example | en | 2025-10-06 12:40 | Renna Okoll | ban
        Farmers in the north of Halmar may move their sheep again from Tuesday, since no case of marsh fever has
        been found beyond the Carrow hills.

        The National Veterinary Office tested blood from 2,600 animals. All the ill ones were on eleven farms in the
        south. Lambs from the north may be shipped to slaughterhouses on the mainland but not to other farms; the
        sale ring at Halmar stays closed, and the ban in the south goes on for at least three weeks.

        Chief veterinarian Bryn Tolley thanked farmers for keeping to the rules. She asked them to house flocks at
        dusk, when the midges fly, and to report every lame sheep.

        # First doses of marsh fever vaccine reach Halmar
        @ meridian-wire.example | en | 2025-10-03 18:10 | Staff report | vaccine
        A cargo plane with 60,000 doses of a vaccine against marsh fever landed on Halmar on Friday, a week earlier
        than the makers had promised.

        Eighteen veterinarians began to vaccinate at once, in a ring of ten kilometres around the farms where the
        disease was found. Each sheep needs two doses three weeks apart. The vaccine came from a stock kept for
        cattle in Tarsia and got an emergency permit on Thursday.

        It protects about nine in ten animals, according to the National Veterinary Office. Farmers pay nothing for
        the doses but have to gather the flocks themselves. There are roughly 92,000 sheep on the island, three for
        every inhabitant.

        # Vaccination teams race the midges on Halmar
        @ tidewatch.example | en | 2025-10-05 15:35 | Corin Basse | vaccine
        On a hillside above Carrow five people vaccinate 300 sheep in an hour: one catches, one holds, one injects,
        one paints a blue stripe and one writes.

        By Sunday evening 21,000 of the sheep on Halmar had their first dose of vaccine against marsh fever. The
        teams start at first light and stop when the midges come out. Volunteers from the island's school bring soup
        and keep the lists.

        Immunity takes about ten days. Until then the warm, windless weather is the enemy, said Bryn Tolley of the
        National Veterinary Office, since it lets midges cross the hills. Four new farms reported cases over the
        weekend, all of them inside the ring.

        # Farmers in the north ask for vaccine as well
        @ summit-observer.example | en | 2025-10-07 09:45 | Nadia Quell | vaccine
        Sheep farmers in the north of Halmar want their flocks vaccinated too, although they lie outside the ring
        that the authorities drew around the outbreak of marsh fever.

        Of the 60,000 doses flown in on Friday, some 44,000 are needed for the first and second round in the south.
        The union asks that the rest go to breeding ewes beyond the Carrow hills. Without vaccine, buyers on the
        mainland would shun the island for years, said Keir Munnoch.

        The National Veterinary Office hesitates: blood tests can't tell a vaccinated sheep from one that had the
        disease, and the north would lose its proof of being free of it.
        """#
}
