import TestSupport
import Testing

@testable import ArticleExtraction

@Suite("What the markup guard takes out", .heavy)
struct MarkupGuardTests {
    private func pass(_ page: String, attributeLimit: Int = 2) -> String {
        String(decoding: MarkupGuard.pass(Array(page.utf8), attributeLimit: attributeLimit), as: UTF8.self)
    }

    @Test(
        "Markup within its limits stays as it is",
        arguments: [
            "", "plain", "<p>a</p>", "<a href=\"x > y\" b='<'>t</a>", "1 < 2 and <3", "<", "<p", "<p a", "<p a=",
            "<p a='",
            "</p x y z w>", "<!DOCTYPE html a b c d>", "<br/><img src=a/>", "é<p é=ü>日本</p>",
            "<script>if (a<b c d e f g) { x = '<!-- -->' }</script>", "<STYLE>a<b c d e</STYLE>", "<scripture a b>",
        ]
    )
    func unchanged(page: String) {
        #expect(pass(page) == page)
    }

    @Test(
        "Attributes beyond the limit, comments and NULs go",
        arguments: [
            ("<p a b c d>t", "<p a b >t"), ("<p a=1 b='2 >' c=\"3 >\" d=4>t", "<p a=1 b='2 >'  >t"),
            ("<p a b c=\"x>t", "<p a b "), ("a<!-- b -->c", "ac"), ("a<!-->c", "ac"), ("a<!-- b", "a"),
            ("a<!--b--!>c", "ac"), ("a\0b", "ab"), ("<p\0 a=\"b\0\">", "<p a=\"b\">"), ("<p a b c\0=d>", "<p a b >"),
            ("<script>a\0</script>b<!---->", "<script>a</script>b"), ("<p/a/b/c>", "<p/a/b/>"),
        ]
    )
    func changed(page: String, expected: String) {
        #expect(pass(page) == expected)
    }
}
