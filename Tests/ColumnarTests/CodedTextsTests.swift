import Columnar
import Testing

@Suite struct CodedTextsTests {
    private let texts = CodedTexts(
        codes: [2, 0, 7, 2], validity: Bitmap([true, true, false, true]), entries: ByteArrays(["a", "unused", "ccc"]))

    @Test func rowsAreTheTextsOfTheirNumbers() {
        let expected = Column.string(["ccc", "a", "", "ccc"], validity: Bitmap([true, true, false, true]))
        #expect(texts.column(0..<4) == expected)
        #expect(texts.column(1..<3) == expected.slice(1..<3))
        #expect(texts.slice(1..<4).column(0..<3) == expected.slice(1..<4))
        #expect(texts.longest == 6)
    }

    @Test func batchesBecomePlain() throws {
        let schema = try Schema([Field("n", .int64), Field("t", .string)])
        let batch = CodedBatch(
            schema: schema, columns: [.plain(.int64([1, 2, 3, 4])), .coded(texts)], rowCount: 4)
        let plain = try RecordBatch(schema: schema, columns: [.int64([1, 2, 3, 4]), texts.column(0..<4)])
        #expect(try batch.plain() == plain)
        #expect(try batch.slice(1..<4).plain() == plain.slice(1..<4))
        #expect(try CodedBatch(plain).plain() == plain)
    }
}
