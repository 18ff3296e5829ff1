import Columnar
import TestSupport
import Testing

@Suite struct QuotedTextTests {
    @Test func valuesAreShownAsTheyAre() {
        #expect(QuotedText.value("57.16") == "'57.16'")
        #expect(QuotedText.value("żółw, \"x\"") == "'żółw, \"x\"'")
        #expect(QuotedText.value("") == "''")
    }

    @Test func longOnesAreCut() {
        #expect(QuotedText.value(String(repeating: "x", count: 60)) == "'\(String(repeating: "x", count: 60))'")
        #expect(QuotedText.value(String(repeating: "x", count: 61)) == "'\(String(repeating: "x", count: 60))…'")
        #expect(QuotedText.value(String(repeating: "😀", count: 500), limit: 2) == "'😀😀…'")
    }

    @Test func controlCharactersAreEscaped() {
        #expect(QuotedText.value("a\r\nb\t\u{1B}[2J\u{7F}\u{85}") == #"'a\r\nb\t\u{1B}[2J\u{7F}\u{85}'"#)
        #expect(QuotedText.value("\u{202E}abc") == #"'\u{202E}abc'"#)
        #expect(QuotedText.value("\u{301}e\u{301}") == #"'\u{301}e"# + "\u{301}'")
        #expect(QuotedText.value([0x61, 0xFF, 0xC5, 0x20, 0xF0, 0x9F, 0x98]) == #"'a\xFF\xC5 \xF0\x9F\x98'"#)
    }

    @Test func anyBytesGiveOneShortLine() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let text = QuotedText.value(bytes)
            #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "\(bytes)")
            #expect(text.unicodeScalars.count <= 60 * 16 + 3, "\(bytes)")
        }
    }

    @Test func namesThatAreValuesAreNotShown() {
        #expect(QuotedText.names(["a", "b\n"]) == #"columns: a, b\n"#)
        #expect(QuotedText.names((0..<20).map { "c\($0)" }).hasSuffix("c11, and 8 more"))
        let row = QuotedText.names(["0", "2019-08-22 00:00:31", "596"])
        #expect(row == "its 3 columns have values for names: is the header line missing?")
    }
}
