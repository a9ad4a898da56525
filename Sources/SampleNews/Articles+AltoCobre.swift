extension SampleNews {
    /// A strike for shorter shifts, and what it does to the price of copper.
    static let altoCobre = #"""
        id: alto-cobre
        title: Strike at the Alto Cobre mine
        description: Copper miners at Alto Cobre stop work over shift lengths; the price of copper rises.
        entities: Alto Cobre; Minera Quebrada; Sindicato Tres Picos; Lucía Ferrand

        # Miners at Alto Cobre walk out over twelve-hour shifts
        @ meridian-wire.example | en | 2025-10-01 12:10 | Staff report | strike
        Some 2,300 miners at Alto Cobre, the third-largest copper mine on the continent, stopped work at six on
        Wednesday morning after talks on shorter shifts broke down.

        The union Sindicato Tres Picos wants shifts of ten hours instead of twelve and a third rest day in every
        fortnight at 3,900 metres above the sea. The owner, Minera Quebrada, offered a bonus of 4,000 crowns for
        each worker and said that shorter shifts would need 400 more people who can't be found.

        Pickets closed both roads to the pit. The concentrator runs on stored ore and could go on for about eight
        days, engineers said. No new date for talks between the union and the mine has been set.

        # Union and mine owner far apart as strike enters third day
        @ summit-observer.example | en | 2025-10-03 08:20 | Nadia Quell | strike
        The strike at Alto Cobre entered its third day on Friday with neither side willing to pick up the telephone.

        Lucía Ferrand, who leads the Sindicato Tres Picos, told miners at the northern picket that tiredness, not
        money, was the reason for the walkout. She read from a study by the regional hospital which found twice as
        many accidents in the last two hours of a shift.

        Minera Quebrada disputes the figures and says that the accident rate has fallen by half in five years. It
        has flown 160 office staff to the mine to keep pumps and ventilation going. The labour ministry offered a
        mediator, whom the union accepted and the company is considering.

        # Paro en Alto Cobre: los mineros piden turnos de diez horas
        @ la-gaceta-del-istmo.example | es | 2025-10-01 14:30 | Inés Robledo | strike
        Unos 2.300 mineros de Alto Cobre iniciaron este miércoles un paro indefinido para exigir turnos de diez
        horas en lugar de doce y un tercer día de descanso cada quincena.

        El Sindicato Tres Picos cortó los dos caminos que suben a la mina, situada a 3.900 metros de altura. Su
        dirigente, Lucía Ferrand, afirmó que el cansancio es la causa de la mayoría de los accidentes y que un bono
        no lo arregla.

        La empresa Minera Quebrada ofrece 4.000 coronas por trabajador y sostiene que para acortar los turnos haría
        falta contratar a 400 personas que hoy no existen en la región.

        La planta concentradora puede seguir ocho días con el mineral almacenado. El ministerio de Trabajo propuso
        un mediador.

        # Alto Cobre: el sindicato acepta un mediador y la empresa lo piensa
        @ el-farol-austral.example | es | 2025-10-03 13:05 | Marta Olivar | strike
        El Sindicato Tres Picos aceptó este viernes al mediador propuesto por el ministerio de Trabajo para resolver
        el paro de Alto Cobre, que cumple tres días. Minera Quebrada respondió que estudia la oferta.

        En el piquete del norte, Lucía Ferrand leyó a los mineros un informe del hospital regional según el cual los
        accidentes se duplican en las dos últimas horas de cada turno. La empresa rechaza esas cifras.

        Mientras tanto, 160 empleados de oficina fueron llevados en avión a la mina para mantener las bombas y la
        ventilación. Los comerciantes del pueblo cerraron dos horas en apoyo a los mineros.

        Si no hay acuerdo, la planta se quedará sin mineral el jueves próximo.

        # Copper at a fourteen-month high on strike news
        @ ledger-and-quay.example | en | 2025-10-01 17:40 | Pavel Ristow | price
        Copper for delivery in three months rose by 3.8 per cent on Wednesday to its highest price in fourteen
        months after miners stopped work at Alto Cobre.

        The mine yields about 2.6 per cent of the world's copper. A strike of two weeks would take some 22,000
        tonnes from a market that is already short, traders said, and stocks in the warehouses of Port Lysa are at
        half their usual level.

        Some of the rise may not last. Smelters are closed for maintenance until the middle of the month and need
        little concentrate for now. The last strike at Alto Cobre, four years ago, ended after nine days and left no
        trace in the yearly average of the copper price.

        # Cable makers feel the pinch of dear copper
        @ inland-courier.example | en | 2025-10-02 10:50 | Hedda Laine | price
        Makers of cable and motors in the Ammer valley are paying more for copper every day and say they can't pass
        it on as quickly.

        A tonne of copper cost 9,870 crowns on Thursday, 6 per cent more than at the start of the week, after the
        strike at Alto Cobre had cut off one of the larger sources. Contracts with builders and railways often fix
        the price for half a year, said Ruta Semmel, who manages a cable works with 240 employees.

        She has copper for five weeks in store. After that she would have to buy at the price of the day, or lend
        workers to a neighbour. Aluminium could replace copper in some cables, but railways don't allow it.

        # Traders bet on a short strike as copper slips
        @ ledger-and-quay.example | en | 2025-10-03 16:15 | Pavel Ristow | price
        The price of copper fell back by 1.9 per cent on Friday as traders took the mediator at Alto Cobre for a
        sign that the strike could end within days.

        Copper for three months closed at 9,690 crowns a tonne. Two large funds sold contracts that they had bought
        on Wednesday, brokers said. Stocks in Port Lysa grew for the first time in a month because a delayed ship
        from the east was unloaded early.

        Analysts warned against too much cheer. Even when miners go back, it takes four or five days until
        concentrate from Alto Cobre reaches the coast, and the railway to the port lost a week's worth of slots. The
        premium for prompt copper stayed where it was.
        """#
}
