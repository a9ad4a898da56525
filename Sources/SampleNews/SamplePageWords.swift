/// The words around an article, in the language of the page.
struct SamplePageWords {
    var sections: [String]
    var by: String
    var picture: String
    var newsletter: String
    var advert: String
    var related: String
    var share: String
    var print: String
    var comments: String
    var remark: String
    var send: String
    var cookies: String
    var rights: String
    var imprint: String

    /// The words for a two-letter language code; English where there are none.
    static func words(for language: String) -> SamplePageWords {
        switch language {
        case "es": spanish
        case "fr": french
        case "de": german
        default: english
        }
    }

    static let english = SamplePageWords(
        sections: ["Home", "World", "Business", "Science", "Culture", "Sport", "Opinion", "Weather"],
        by: "By",
        picture: "File picture.",
        newsletter: "The morning letter: what matters, before breakfast. Sign up for free.",
        advert: "Advertisement",
        related: "More on this",
        share: "Share",
        print: "Print",
        comments: "Comments",
        remark: "We saw this coming years ago and nobody listened.",
        send: "Post comment",
        cookies: "We and our partners use cookies to remember what you have read and to measure our audience.",
        rights: "All rights reserved.",
        imprint: "About us"
    )

    static let spanish = SamplePageWords(
        sections: ["Portada", "Mundo", "Economía", "Ciencia", "Cultura", "Deportes", "Opinión", "El tiempo"],
        by: "Por",
        picture: "Imagen de archivo.",
        newsletter: "La carta de la mañana: lo importante antes del desayuno. Suscríbase gratis.",
        advert: "Publicidad",
        related: "Más sobre este tema",
        share: "Compartir",
        print: "Imprimir",
        comments: "Comentarios",
        remark: "Esto se veía venir desde hace años.",
        send: "Enviar comentario",
        cookies: "Usamos cookies para recordar lo que ha leído y para medir nuestra audiencia.",
        rights: "Todos los derechos reservados.",
        imprint: "Quiénes somos"
    )

    static let french = SamplePageWords(
        sections: ["Accueil", "Monde", "Économie", "Sciences", "Culture", "Sports", "Débats", "Météo"],
        by: "Par",
        picture: "Image d'archives.",
        newsletter: "La lettre du matin : l'essentiel avant le café. Inscription gratuite.",
        advert: "Publicité",
        related: "Sur le même sujet",
        share: "Partager",
        print: "Imprimer",
        comments: "Commentaires",
        remark: "On le disait depuis des années.",
        send: "Envoyer",
        cookies: "Nous utilisons des cookies pour retenir vos lectures et mesurer notre audience.",
        rights: "Tous droits réservés.",
        imprint: "Qui sommes-nous"
    )

    static let german = SamplePageWords(
        sections: ["Start", "Welt", "Wirtschaft", "Wissen", "Kultur", "Sport", "Meinung", "Wetter"],
        by: "Von",
        picture: "Archivbild.",
        newsletter: "Der Morgenbrief: das Wichtigste vor dem Frühstück. Kostenlos bestellen.",
        advert: "Anzeige",
        related: "Mehr zum Thema",
        share: "Teilen",
        print: "Drucken",
        comments: "Kommentare",
        remark: "Das war seit Jahren abzusehen.",
        send: "Abschicken",
        cookies: "Wir verwenden Cookies, um uns Gelesenes zu merken und unsere Reichweite zu messen.",
        rights: "Alle Rechte vorbehalten.",
        imprint: "Impressum"
    )
}
