import DataPrep
import TestSupport
import Testing

@Suite struct ColumnProfileTests {
    @Test func integersOf19DigitsAreExact() async throws {
        let values = ["9223372036854775806", "9223372036854775807", "-9223372036854775808", "9223372036854775806"]
        let column = try await ProfileFixture.column(values)
        #expect(column.type == "int64" && column.distinct.count == 3 && column.distinct.isExact)
        #expect(column.minimum == .integer(.min) && column.maximum == .integer(.max))
        #expect(column.quantile(0.5) == .integer(.max - 1) && column.quantileError == 0)
        #expect(column.mostFrequent.first?.value == .integer(.max - 1) && column.mostFrequent.first?.count == 2)
        #expect(column.order == .unordered && column.numbers?.negatives == 1)
    }

    @Test func textsThatMeanMissingAreCountedAsWritten() async throws {
        let column = try await ProfileFixture.column(
            [
                "\"\"", "NA", "na", "NA", "N/A", "None", "nan", "NaN", "\\N", "Err", "?", "null", "x", "name", "Nana",
                "err",
            ])
        #expect(column.count == 4 && column.missing == 12 && column.distinct.count == 4)
        let markers = Dictionary(uniqueKeysWithValues: column.markers.map { ($0.value.description, $0.count) })
        #expect(markers["NA"] == 2 && markers["na"] == 1 && markers["\\N"] == 1 && markers["Err"] == 1)
        #expect(column.nulls + column.markers.reduce(0) { $0 + $1.count } == 12)
        #expect(column.markers.first?.value == .text("NA"))
    }

    @Test(arguments: [
        (["1", "2", "5"], ValueOrder.strictlyAscending), (["1", "1", "5"], .ascending), (["5", "1", "1"], .descending),
        (["1", "3", "2"], .unordered), (["a", "ab", "b"], .strictlyAscending), (["b", "b", "a"], .descending),
        (["ä", "a", "b"], .unordered), (["2019-01-01", "2019-01-02", "2019-02-01"], .strictlyAscending),
        (["1.5", "-1.5", "-2.5"], .descending),
    ]) func orderIsThatOfTheRows(values: [String], order: ValueOrder) async throws {
        #expect(try await ProfileFixture.column(values).order == order)
    }

    @Test func aSingleRowHasNoOrder() async throws {
        let column = try await ProfileFixture.column(["7.5"])
        #expect(column.order == nil && !column.isConstant && column.count == 1)
        #expect(column.numbers?.mean == 7.5 && column.numbers?.standardDeviation == nil)
        #expect(column.histogram.map { [$0.lower, $0.upper, Double($0.count)] } == [[7.5, 7.5, 1]])
        #expect(column.quantiles.map(\.value) == Array(repeating: .number(7.5), count: Quantile.shares.count))
    }

    @Test func aFileWithoutRowsHasColumns() async throws {
        let profile = try await ProfileFixture.profile("a,b\n", DataProfileRequest(label: .init("b"), id: "a"))
        #expect(profile.rows == 0 && profile.columns.map(\.name) == ["a", "b"])
        #expect(profile.columns.allSatisfy { $0.count == 0 && $0.missing == 0 && $0.quantiles.isEmpty })
        #expect(profile.findings.map(\.kind) == [.noRows] && profile.label?.fraudRate == 0)
    }

    @Test func aColumnWithoutValuesIsMissing() async throws {
        let profile = try await ProfileFixture.profile("a,b\n1,\n2,\n3,\n")
        let column = try #require(profile.column(named: "b"))
        #expect(column.count == 0 && column.missing == 3 && column.missingShare == 1 && column.distinct.count == 0)
        #expect(column.mostFrequent.isEmpty && column.text?.shortest == nil && column.order == nil)
        #expect(profile.findings.map(\.kind) == [.mostlyMissing])
    }

    @Test func numbersThatAreNotFiniteAreCounted() async throws {
        let column = try await ProfileFixture.column(["1.5", "nan", "inf", "-inf", "0", "-0.0", "2.5"])
        let numbers = try #require(column.numbers)
        #expect(column.count == 6 && column.missing == 1 && column.nulls == 0)
        #expect(numbers.nan == 1 && numbers.infinities == 2 && numbers.zeros == 2 && numbers.negatives == 1)
        #expect(column.minimum == .number(0) && column.maximum == .number(2.5) && numbers.mean == 1)
        #expect(column.distinct.count == 3 && !numbers.areWhole)
        #expect(try await ProfileFixture.column(["1.0", "2.0", "-3.0"]).numbers?.areWhole == true)
    }

    @Test func booleansHaveTrueRows() async throws {
        let column = try await ProfileFixture.column(["true", "false", "true", "true"])
        #expect(column.type == "boolean" && column.trueCount == 3 && column.distinct.count == 2)
        #expect(column.mostFrequent.first?.value == .boolean(true) && column.mostFrequent.first?.count == 3)
        #expect(column.quantiles.isEmpty && column.histogram.isEmpty && column.numbers == nil)
        #expect(try await ProfileFixture.column(["false", "false"]).trueCount == 0)
    }

    @Test func timesAreTexts() async throws {
        let column = try await ProfileFixture.column(["2019-08-22 00:00:31", "2019-08-21 10:00:00"])
        #expect(column.minimum == .text("2019-08-21 10:00:00") && column.maximum == .text("2019-08-22 00:00:31"))
        let dates = try await ProfileFixture.column(["2019-08-22", "2019-08-21"])
        #expect(dates.type == "date" && dates.minimum == .text("2019-08-21"))
    }

    @Test func textsHaveLengthsInBytes() async throws {
        let column = try await ProfileFixture.column(["Müller", "x", String(repeating: "ß", count: 300)])
        #expect(column.text?.shortest == 1 && column.text?.longest == 600 && column.text?.malformed == 0)
        // Long texts are cut between two characters.
        #expect(column.mostFrequent.contains { $0.value == .text(String(repeating: "ß", count: 128)) })
    }

    @Test func bytesThatAreNotUTF8AreCounted() async throws {
        let profile = try await ProfileFixture.profile(
            bytes: Array("value\nx\n".utf8) + [0x4D, 0xFC, 0x6C, 0x0A] + [0xC3, 0x28, 0x0A, 0xC3, 0x28, 0x0A])
        #expect(profile.columns.first?.text?.malformed == 3)
        #expect(profile.findings.map(\.kind) == [.invalidUTF8])
    }

    private static let forms: [(String, TextForm)] = [
        ("12", TextForm.integer), ("-007", .integer), (" 5 ", .integer), ("+1", .integer), ("1.5", .decimalWithPoint),
        (".5", .decimalWithPoint), ("5.", .decimalWithPoint), ("1e5", .decimalWithPoint), ("1.5E-3", .decimalWithPoint),
        ("1,234.50", .decimalWithPoint), ("1,234,567", .decimalWithPoint), ("1,5", .decimalWithComma),
        ("1.234,50", .decimalWithComma), ("1.234.567", .decimalWithComma), ("-0,99", .decimalWithComma),
        ("deadbeef", .hexadecimal), ("0xDEADBEEF", .hexadecimal), ("12345678", [.integer, .hexadecimal]),
        ("123e4567-e89b-12d3-a456-426614174000", .hexadecimal), ("", []), ("-", []), ("1-2", []), ("12.05.2019", []),
        ("1,2,3", []), ("1.2,3.4", []), ("e5", []), ("1e", []), ("deadbee", []), ("10:30", []), ("1,234.567,8", []),
    ]

    @Test(arguments: forms) func formsOfTexts(text: String, form: TextForm) {
        let found = Array(text.utf8).withUnsafeBytes { TextForm($0) }
        #expect(found == form)
    }

    @Test func sharesOfFormsCountRows() async throws {
        let column = try await ProfileFixture.column(
            ["\"1,5\"", "\"1,5\"", "\"2,25\"", "x", "7", "0.5", "00000000deadbeef", "y"])
        let text = try #require(column.text)
        #expect(text.decimalsWithComma == 0.375 && text.integers == 0.125 && text.decimalsWithPoint == 0.125)
        #expect(text.hexadecimals == 0.125 && abs(text.numberShare - 0.625) < 1e-12)
    }

    @Test func sampledTextsDoNotDependOnTheOrder() async throws {
        var generator = SeededGenerator(seed: 8)
        let values = (0..<6_000).map { "text \($0)" }
        let first = try await ProfileFixture.column(values)
        let second = try await ProfileFixture.column((values + values.prefix(500)).shuffled(using: &generator))
        #expect(first.sampledTexts.count == 1_000 && Set(first.sampledTexts).count == 1_000)
        #expect(first.sampledTexts == second.sampledTexts)
        // Spread over the data, not from its beginning.
        let late = first.sampledTexts.count { Int($0.dropFirst(5)).map { $0 >= 3_000 } == true }
        #expect((400...600).contains(late))
        #expect(try await ProfileFixture.column(["b", "a", "b"]).sampledTexts.sorted() == ["a", "b"])
    }

    /// Their beginnings fill the memory for texts before there are 100,000 of them.
    @Test func longTextsAreEstimatedEarlier() async throws {
        let tail = String(repeating: "long ", count: 60)
        let values = (0..<50_000).map { $0 % 5 == 0 ? "often" : "\(tail)\($0)" }
        let column = try await ProfileFixture.column(values)
        #expect(!column.distinct.isExact && column.count == 50_000 && column.text?.longest == 305)
        let error = abs(Double(column.distinct.count) - 40_001) / 40_001
        #expect(error <= 4 * (column.distinct.standardError ?? 0))
        let first = try #require(column.mostFrequent.first)
        #expect(first.value == .text("often") && first.count + column.countError >= 10_000 && first.count <= 10_000)
    }

    @Test func histogramsHaveAllValues() async throws {
        let column = try await ProfileFixture.column((0..<1_000).map { "\($0 * $0)" } + ["100000000"])
        #expect(column.histogram.count == 20 && column.histogram.reduce(0) { $0 + $1.count } == 1_001)
        #expect(column.histogram.first?.lower == 0 && column.histogram.last?.upper == 100_000_000)
        for (bin, next) in zip(column.histogram, column.histogram.dropFirst()) { #expect(bin.upper == next.lower) }
    }
}
