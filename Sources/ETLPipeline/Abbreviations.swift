/// Words that are written with a full stop which need not end a sentence.
enum Abbreviations {
    enum Kind {
        /// Something always follows: a name after *Dr.*, an example after *e.g.*
        case neverLast
        /// May end a sentence: *Inc.*, *a.m.*, *U.S.*
        case maybeLast
    }

    /// What kind of abbreviation the word before a full stop is, if it is one.
    static func kind(of word: String) -> Kind? {
        let lowered = word.lowercased()
        if alwaysFollowed.contains(lowered) { return .neverLast }
        if sometimesLast.contains(lowered) { return .maybeLast }
        if word.contains(".") {
            // Letters between full stops: U.S, z.B, p.m, S.p.A. A web address has longer parts.
            let parts = word.split(separator: ".", omittingEmptySubsequences: false)
            return parts.allSatisfy { !$0.isEmpty && $0.count <= 2 && $0.allSatisfy(\.isLetter) } ? .maybeLast : nil
        }
        // An initial, as in George W. Bush.
        if word.count == 1, let letter = word.first, letter.isUppercase { return .neverLast }
        return nil
    }

    private static let alwaysFollowed = words(
        """
        mr mrs ms mx dr prof rev fr sr sra srta sres dra don doña st ste mt sen rep gov gen col maj capt cmdr lt sgt adm \
        pres hon amb supt det insp messrs mme mlle mgr me m vs v no nos vol fig pp ed eds op cit cf eg ie viz approx est \
        e.g i.e z.b d.h u.a i.d.r bzw ca inkl nr str hr hrn fr abs art bd evtl ggf sog vgl dott sig sig.ra avv ing on \
        pág págs núm av avda ud uds aprox p.ej p.ex feb febr jan mar apr jun jul aug sept sep oct okt nov dec dez
        """
    )
    private static let sometimesLast = words(
        """
        inc ltd co corp llc plc bros jr sr esq etc usw ecc al ave blvd rd dept univ assn a.m p.m am pm hrs min sec ft in \
        lb lbs oz u.s u.k u.n e.u d.c b.c a.d ph.d s.a s.p.a s.r.l gmbh ee.uu
        """
    )

    /// Names of months, which may follow the full stop of an ordinal.
    static let months = words(
        """
        januar jänner februar märz april mai juni juli august september oktober november dezember \
        januari februari maart mars maj heinä tammikuuta \
        ledna února března dubna května června července srpna září října listopadu prosince
        """
    )

    /// Words that hardly ever stand in the middle of a sentence with a capital.
    static let sentenceOpeners = words(
        """
        the a an this that these those it its he she they we you i his her their our my in on at by for from with as but \
        and or so if when while after before since although though however meanwhile there here what who why how \
        el la los las un una en por para pero según le les il elle ils dans mais selon der die das ein eine er sie es im \
        am aber nach o os as um uma no na mas segundo lo gli nel ma secondo
        """
    )

    private static func words(_ list: String) -> Set<String> {
        Set(list.split(separator: " ").map(String.init))
    }
}
