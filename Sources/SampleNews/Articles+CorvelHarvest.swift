extension SampleNews {
    /// Hail on vineyards, and who insures against it.
    static let corvelHarvest = #"""
        id: corvel-harvest
        title: Hail on the vineyards of Corvel
        description: A hailstorm hits the vineyards above Corvel; growers ask for better insurance.
        entities: Corvel slopes; Winegrowers' Union; Maud Perrin

        # Ten minutes of hail cost Corvel half its grapes
        @ inland-courier.example | en | 2025-09-29 08:25 | Hedda Laine | hail
        A hailstorm that lasted ten minutes destroyed about half of the grapes still hanging on the slopes of Corvel
        on Sunday afternoon, in the last week of the harvest.

        Stones as large as walnuts tore leaves and fruit from the vines along a strip of nine kilometres. On either
        side of it there is hardly a scratch. Winegrower Maud Perrin had picked her white grapes on Saturday and
        lost almost all of the red.

        What was only bruised must be picked within three days, before it rots. Students and firefighters helped on
        Monday. The Winegrowers' Union puts the damage at 27 million crowns for some 140 growers.

        # Grêle sur les coteaux de Corvel : la moitié de la vendange perdue
        @ la-voix-des-vallons.example | fr | 2025-09-29 11:10 | Luc Damery | hail
        Dix minutes de grêle ont suffi dimanche pour détruire près de la moitié des raisins encore sur pied dans les
        coteaux de Corvel, à quelques jours de la fin des vendanges.

        Des grêlons gros comme des noix ont haché feuilles et grappes sur une bande de neuf kilomètres ; de part et
        d'autre, les vignes sont intactes. « Le blanc était rentré samedi, il ne reste presque rien du rouge »,
        raconte la vigneronne Maud Perrin.

        Les grappes abîmées doivent être cueillies sous trois jours. Étudiants et pompiers sont venus prêter
        main-forte. Le syndicat des vignerons évalue les pertes à 27 millions de couronnes pour quelque 140
        exploitations.

        # Winegrowers ask state to share hail insurance
        @ ledger-and-quay.example | en | 2025-10-02 09:05 | Pavel Ristow | insurance
        Only one in five growers on the Corvel slopes is insured against hail, and after Sunday's storm the
        Winegrowers' Union wants the state to pay part of the premium.

        A policy costs between 7 and 9 per cent of the value of the crop and pays only above a loss of 30 per cent.
        For small estates that is more than the profit of an average year, said the union. It proposes that the
        state bear half of the premium, as it does for fruit growers in Tarsia.

        The finance ministry pointed to nets, which keep hail off and are subsidised already. Nets alter the look of
        the hills, growers answered, and tourists come for the look.

        # Nets or policies? Corvel argues over how to meet the next hail
        @ summit-observer.example | en | 2025-10-06 16:30 | Nadia Quell | insurance
        A week after the hail, winegrowers on the Corvel slopes met in the cooperative's cellar to discuss
        insurance, and left divided.

        Older growers want the state to share the premium of a hail policy. Younger ones, among them Maud Perrin,
        prefer nets: they cost 14,000 crowns a hectare, last twenty years and save the grapes rather than the money.
        A buyer who gets no wine for a year looks elsewhere, she said, and no insurance pays for that.

        The Winegrowers' Union will ask for both. As a first step, forty growers are founding a fund into which each
        pays two per cent of the harvest. It would have covered a sixth of last Sunday's loss.
        """#
}
