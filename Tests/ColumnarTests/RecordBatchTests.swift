import Columnar
import Testing

@Suite struct RecordBatchTests {
    let batch: RecordBatch

    init() throws {
        batch = try RecordBatch([
            ("id", .int64([1, 2, 3, 4])),
            ("amount", .float64([0.5, 1.5, 0, 3.5], validity: Bitmap([true, true, false, true]))),
            ("name", .string(["a", "", "żółw", "d"])),
            ("known", .boolean([true, false, true, false])),
        ])
    }

    @Test func rowsAreGatheredInTheOrderAskedFor() throws {
        let picked = batch.take([3, 2, 0])
        #expect(try picked.column("id").int64Values() == [4, 3, 1])
        #expect(picked.columns[1].isNull(1))
        #expect(picked.columns[1].nullCount == 1)
        let names = try picked.column("name").byteValues()
        #expect((0..<3).map { names.string(at: $0) } == ["d", "żółw", "a"])
        #expect(batch.slice(1..<3) == batch.take([1, 2]))
        #expect(batch.slice(0..<4) == batch)
    }

    @Test func concatenationIsTheInverseOfSlicing() throws {
        let parts = [batch.slice(0..<1), batch.slice(1..<1), batch.slice(1..<4)]
        #expect(try RecordBatch.concatenating(parts, schema: batch.schema) == batch)
        let nothing = try RecordBatch.concatenating([], schema: batch.schema)
        #expect(nothing == RecordBatch(empty: batch.schema))
    }

    @Test func numbersBecomeFeatures() throws {
        let amounts = try batch.column("amount").floatValues()
        #expect(amounts[0] == 0.5 && amounts[2].isNaN)
        #expect(try batch.column("known").floatValues() == [1, 0, 1, 0])
        #expect(throws: ColumnarError.typeMismatch(field: "name", expected: "a number", actual: .string)) {
            try batch.column("name").floatValues(field: "name")
        }
    }

    @Test func contradictionsAreRefused() throws {
        #expect(throws: ColumnarError.duplicateField(name: "x")) {
            try Schema([Field("x", .int32), Field("x", .date)])
        }
        #expect(throws: ColumnarError.missingField(name: "y", available: ["id", "amount", "name", "known"])) {
            try batch.column("y")
        }
        #expect(throws: ColumnarError.countMismatch(field: "b", expected: 1, actual: 2)) {
            try RecordBatch([("a", .int32([1])), ("b", .int32([1, 2]))])
        }
        let schema = try Schema([Field("a", .int32, isNullable: false)])
        #expect(throws: ColumnarError.unexpectedNull(field: "a", row: 1)) {
            try RecordBatch(schema: schema, columns: [.int32([1, 0], validity: Bitmap([true, false]))])
        }
        #expect(throws: ColumnarError.self) { try Column(type: .date, storage: .int64([1])) }
    }

    @Test func columnsAreEqualWhereTheyHaveValues() {
        let some = Bitmap([true, false])
        let pairs: [(Column, Column)] = [
            (.int32([1, 2], validity: some), .int32([1, 3], validity: some)),
            (.int64([1, 2], validity: some), .int64([1, 3], validity: some)),
            (.float32([1, .nan], validity: some), .float32([1, 3], validity: some)),
            (.float64([1, .nan], validity: some), .float64([1, 3], validity: some)),
            (.boolean([true, false], validity: some), .boolean([true, true], validity: some)),
            (.string(["a", "bc"], validity: some), .string(["a", ""], validity: some)),
        ]
        for (left, right) in pairs {
            #expect(left == right && left.hashValue == right.hashValue)
        }
        #expect(Column.int64([1, 2], validity: some) != .int64([2, 2], validity: some))
        #expect(Column.int64([1, 0], validity: some) != .int64([1, 0]))
        #expect(Column.string(["a", "b"], validity: some) != .string(["b", "b"], validity: some))
        let longer = ByteArrays(offsets: [0, 1], bytes: Array("ab".utf8))
        #expect(longer == ByteArrays(["a"]) && longer.hashValue == ByteArrays(["a"]).hashValue)
    }

    @Test func validityOfOnesIsDropped() {
        #expect(Column.int32([1, 2], validity: Bitmap(repeating: true, count: 2)).validity == nil)
    }
}
