/// The elements that mean something to extraction.
enum Element: UInt8 {
    case text
    case jsonLD
    case other
    case html, head, title, meta, link, base, body
    case article, main, section, div, header, footer, nav, aside, menu, address, details, summary, hgroup, center
    case p, h1, h2, h3, h4, h5, h6, blockquote, pre, hr, br, wbr
    case ul, ol, li, dl, dt, dd
    case table, caption, thead, tbody, tfoot, tr, td, th
    case figure, figcaption, picture, img, video, audio, source, canvas, svg, math, map, object, embed, iframe
    case form, fieldset, legend, label, input, button, select, option, optgroup, textarea, datalist, dialog
    case script, style, noscript, template, noframes
    case a, b, strong, em, i, u, span, font, time, q, cite, code, sub, sup, small, big, abbr, mark, s, del, ins

    private static let names: [String: Element] = {
        var names: [String: Element] = [:]
        var raw: UInt8 = Element.html.rawValue
        while let element = Element(rawValue: raw) {
            names["\(element)"] = element
            raw += 1
        }
        return names
    }()

    /// The element of a lower-case tag name; names without a case of their own are `other`.
    init(name: String) {
        self = Self.names[name] ?? .other
    }

    /// Whether a browser begins a new line for it.
    var isBlock: Bool {
        switch self {
        case .html, .head, .title, .body, .article, .main, .section, .div, .header, .footer, .nav, .aside, .menu,
            .address, .details, .summary, .hgroup, .center, .p, .h1, .h2, .h3, .h4, .h5, .h6, .blockquote, .pre, .hr,
            .ul, .ol, .li, .dl, .dt, .dd, .table, .caption, .thead, .tbody, .tfoot, .tr, .figure, .figcaption, .video,
            .audio, .canvas, .iframe, .form, .fieldset, .legend, .option, .dialog, .noscript, .template, .noframes:
            true
        default: false
        }
    }

    var isHeading: Bool {
        switch self {
        case .h1, .h2, .h3, .h4, .h5, .h6: true
        default: false
        }
    }

    /// Whether readers never see its content as text of the page.
    var isInvisible: Bool {
        switch self {
        case .head, .title, .meta, .link, .base, .jsonLD, .script, .style, .template, .noframes, .picture, .img, .video,
            .audio, .source, .canvas, .svg, .math, .map, .object, .embed, .iframe, .input, .button, .select, .option,
            .optgroup, .textarea, .datalist, .dialog:
            true
        default: false
        }
    }
}

/// The attributes that extraction looks at.
enum Attribute: String {
    case classes = "class"
    case id, role, href, src, srcset, alt, style, hidden, name, property, content, rel, type, lang, datetime, itemprop
    case itemtype, width, height, charset
    case ariaHidden = "aria-hidden"
    case ariaLabel = "aria-label"
    case xmlLang = "xml:lang"
    case dataSrc = "data-src"
    case dataComponent = "data-component"
    case dataType = "data-type"
    case dataTestID = "data-testid"
}
