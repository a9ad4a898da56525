/// A character encoding by its WHATWG name, and the name under which the converter knows it.
struct CharacterEncoding: Sendable, Hashable {
    let name: String
    let converterName: String

    static let utf8 = CharacterEncoding(name: "utf-8", converterName: "UTF-8")
    static let utf16LE = CharacterEncoding(name: "utf-16le", converterName: "UTF-16LE")
    static let utf16BE = CharacterEncoding(name: "utf-16be", converterName: "UTF-16BE")
    static let windows1252 = CharacterEncoding(name: "windows-1252", converterName: "CP1252")

    /// The encoding that a label of a header or a `meta` element means to browsers, nil for an unknown label.
    ///
    /// Labels mean what pages are written in rather than what they name: `iso-8859-1` is windows-1252, `gb2312` is
    /// gb18030, `shift_jis` is Microsoft's code page 932 (https://encoding.spec.whatwg.org/#names-and-labels).
    init?(label: String) {
        let label = label.trimmed.lowercased()
        guard let name = Self.names[label] else { return nil }
        self.init(name: name, converterName: Self.converterNames[name] ?? name.uppercased())
    }

    private init(name: String, converterName: String) {
        self.name = name
        self.converterName = converterName
    }

    private static let converterNames = [
        "windows-1250": "CP1250", "windows-1251": "CP1251", "windows-1252": "CP1252", "windows-1253": "CP1253",
        "windows-1254": "CP1254", "windows-1255": "CP1255", "windows-1256": "CP1256", "windows-1257": "CP1257",
        "windows-1258": "CP1258", "windows-874": "CP874", "shift_jis": "CP932", "euc-kr": "CP949",
        "big5": "BIG5-HKSCS", "ibm866": "CP866", "euc-jp": "EUC-JP", "iso-8859-8-i": "ISO-8859-8",
    ]

    private static let labels: [String: [String]] = [
        "utf-8": ["utf8", "unicode-1-1-utf-8", "x-unicode20utf8"],
        "utf-16le": ["utf-16", "ucs-2", "unicode", "csunicode", "iso-10646-ucs-2"],
        "utf-16be": ["unicodefffe"],
        "windows-1250": ["cp1250", "x-cp1250"],
        "windows-1251": ["cp1251", "x-cp1251", "win-1251", "win1251"],
        "windows-1252": [
            "cp1252", "x-cp1252", "ascii", "us-ascii", "ansi_x3.4-1968", "iso-8859-1", "iso8859-1", "iso88591",
            "iso_8859-1", "latin1", "latin-1", "l1", "iso-ir-100",
        ],
        "windows-1253": ["cp1253", "x-cp1253"],
        "windows-1254": ["cp1254", "x-cp1254", "iso-8859-9", "iso8859-9", "iso_8859-9", "latin5", "l5"],
        "windows-1255": ["cp1255", "x-cp1255"],
        "windows-1256": ["cp1256", "x-cp1256"],
        "windows-1257": ["cp1257", "x-cp1257"],
        "windows-1258": ["cp1258", "x-cp1258"],
        "windows-874": ["tis-620", "iso-8859-11", "iso8859-11", "dos-874"],
        "iso-8859-2": ["iso8859-2", "iso_8859-2", "latin2", "l2"],
        "iso-8859-3": ["iso8859-3", "latin3", "l3"],
        "iso-8859-4": ["iso8859-4", "latin4", "l4"],
        "iso-8859-5": ["iso8859-5", "iso_8859-5", "cyrillic"],
        "iso-8859-6": ["iso8859-6", "iso_8859-6", "arabic"],
        "iso-8859-7": ["iso8859-7", "iso_8859-7", "greek"],
        "iso-8859-8": ["iso8859-8", "iso_8859-8", "hebrew", "visual"],
        "iso-8859-8-i": ["logical"],
        "iso-8859-10": ["iso8859-10", "latin6", "l6"],
        "iso-8859-13": ["iso8859-13"],
        "iso-8859-14": ["iso8859-14"],
        "iso-8859-15": ["iso8859-15", "iso_8859-15", "latin9", "latin-9", "l9"],
        "iso-8859-16": [],
        "koi8-r": ["koi", "koi8", "koi8_r"],
        "koi8-u": ["koi8-ru"],
        "ibm866": ["866", "cp866"],
        "gb18030": ["gb2312", "gbk", "gb_2312-80", "gb_2312", "x-gbk", "chinese", "csgb2312", "euc-cn"],
        "big5": ["big5-hkscs", "cn-big5", "x-x-big5"],
        "euc-jp": ["x-euc-jp", "cseucpkdfmtjapanese"],
        "iso-2022-jp": ["csiso2022jp"],
        "shift_jis": ["shift-jis", "sjis", "x-sjis", "ms_kanji", "ms932", "windows-31j", "csshiftjis"],
        "euc-kr": ["ks_c_5601-1987", "ks_c_5601-1989", "ks_c_5601", "ksc5601", "ksc_5601", "korean", "windows-949"],
    ]

    private static let names: [String: String] = {
        var names: [String: String] = [:]
        for (name, aliases) in labels {
            for label in [name] + aliases { names[label] = name }
        }
        return names
    }()
}
