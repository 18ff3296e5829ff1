import ReportKit
import Testing

@Suite struct AlignedTextTests {
    @Test func cellsAreAlignedAndLinesEndWithText() {
        let lines = AlignedText.lines(
            [["name", "rows", "note"], ["a", "12", ""], ["longer", "3"]], rightAligned: [1])
        #expect(lines == ["name    rows  note", "a         12", "longer     3"])
        #expect(AlignedText.lines([]).isEmpty)
    }
}
