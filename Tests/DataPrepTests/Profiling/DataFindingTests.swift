import Columnar
import DataPrep
import Foundation
import StorageIO
import TestSupport
import Testing

/// Each finding on data that have it, and none on data that are as they should be.
@Suite struct DataFindingTests {
    private static let request = DataProfileRequest(
        label: .init("fraud"), time: .init("time"), amount: "amount", id: "id")

    /// Rows that nothing is wrong with, unless one field is replaced.
    private static func rows(
        _ count: Int = 400,
        _ replace: (_ row: Int, _ isFraud: Bool, _ fields: inout [String: String]) -> Void = { _, _, _ in }
    ) -> String {
        var generator = SeededGenerator(seed: 11)
        let names = ["id", "time", "amount", "city", "fraud", "extra"]
        var text = names.joined(separator: ",") + "\n"
        for row in 0..<count {
            let isFraud = Int.random(in: 0..<5, using: &generator) == 0
            let seconds = Int64(row) * 7_200
            var fields = [
                "id": "\(row)", "time": CivilDateTime.text(microseconds: (1_546_300_800 + seconds) * 1_000_000),
                "amount": "\(Double(Int.random(in: 1...9_999, using: &generator)) / 100)",
                "city": "Town \(Int.random(in: 0..<9, using: &generator))", "fraud": isFraud ? "1" : "0",
                "extra": "\(Int.random(in: 0..<1_000, using: &generator))",
            ]
            replace(row, isFraud, &fields)
            text += names.map { fields[$0] ?? "" }.joined(separator: ",") + "\n"
        }
        return text
    }

    private func findings(
        _ text: String, _ request: DataProfileRequest = Self.request
    ) async throws -> [DataFinding] {
        try await ProfileFixture.profile(text, request).findings
    }

    @Test func nothingIsWrongWithGoodRows() async throws {
        #expect(try await findings(Self.rows()).isEmpty)
    }

    @Test(arguments: [
        (DataFinding.Kind.constantColumn, "5"), (.mostlyMissing, ""), (.dominantValue, "7"), (.mixedText, "12.5"),
    ]) func aColumnThatSaysLittle(kind: DataFinding.Kind, value: String) async throws {
        let found = try await findings(
            Self.rows { row, _, fields in
                switch kind {
                case .constantColumn: fields["extra"] = value
                case .mixedText: fields["extra"] = row % 3 == 0 ? value : "word \(row % 10)"
                default: fields["extra"] = row % 50 == 0 ? "\(row + 1)" : value
                }
            })
        #expect(found.map(\.kind) == [kind] && found.first?.column == "extra")
    }

    @Test func valuesFarFromTheMedian() async throws {
        let found = try await findings(Self.rows { row, _, fields in if row == 9 { fields["extra"] = "-99000000000" } })
        #expect(found.map(\.kind) == [.extremeValues] && found.first?.column == "extra")
        let infinite = try await findings(
            Self.rows { row, _, fields in fields["extra"] = row == 9 ? "inf" : "\(row).5" })
        #expect(infinite.map(\.kind) == [.extremeValues])
    }

    /// The median of such values may be as small as it likes.
    @Test func valuesAroundZeroAreNotFar() async throws {
        let text = Self.rows { row, _, fields in
            fields["extra"] = row == 9 ? "0.0000000001" : "\(row < 200 ? -row - 1 : row).5"
        }
        let profile = try await ProfileFixture.profile(text, Self.request)
        #expect(profile.column(named: "extra")?.quantile(0.5) == .number(1e-10))
        #expect(profile.findings.isEmpty)
    }

    @Test func idsThatRepeat() async throws {
        let text = Self.rows { row, _, fields in if row % 100 == 99 { fields["id"] = "\(row - 1)" } }
        let profile = try await ProfileFixture.profile(text, Self.request)
        #expect(profile.findings.map(\.kind) == [.repeatedIDs] && profile.findings.first?.severity == .error)
        #expect(profile.id?.repeated == 4 && profile.id?.isExact == true && profile.id?.rows == 400)
    }

    @Test func amountsThatAreNotPositive() async throws {
        let found = try await findings(
            Self.rows { row, _, fields in
                if row == 3 { fields["amount"] = "0" }
                if row == 5 { fields["amount"] = "-2.5" }
            })
        #expect(found.map(\.kind) == [.amountsNotPositive])
        #expect(found.first?.text == "amounts that are 0: 1, negative: 1")
    }

    @Test func amountsThatAreTexts() async throws {
        let found = try await findings(Self.rows { row, _, fields in fields["amount"] = "EUR \(row)" })
        #expect(found.map(\.kind) == [.amountsNotNumbers] && found.first?.column == "amount")
    }

    @Test func labelsWithMoreThanTwoValues() async throws {
        let found = try await findings(
            Self.rows { row, isFraud, fields in if !isFraud, row % 2 == 0 { fields["fraud"] = "2" } })
        #expect(found.map(\.kind) == [.labelValues] && found.first?.column == "fraud")
    }

    @Test func labelsOfOneClass() async throws {
        for label in ["0", "1"] {
            let found = try await findings(Self.rows { _, _, fields in fields["fraud"] = label })
            #expect(found.map(\.kind) == [.singleClass] && found.first?.severity == .error)
        }
    }

    @Test func rowsWithoutALabel() async throws {
        let text = Self.rows { row, _, fields in if row < 10 { fields["fraud"] = "" } }
        let profile = try await ProfileFixture.profile(text, Self.request)
        #expect(profile.findings.map(\.kind) == [.missingLabels])
        #expect(profile.label?.missing == 10 && profile.label?.rows == 390)
    }

    @Test(arguments: ["category", "number", "missing"]) func columnsThatFollowFromTheLabel(form: String) async throws {
        let found = try await findings(
            Self.rows { row, isFraud, fields in
                fields["extra"] =
                    switch form {
                    case "category": isFraud ? "blocked" : ["fine", "good"][row % 2]
                    case "number": "\(isFraud ? 1_000 + row : row)"
                    default: isFraud ? "" : "\(row % 7)"
                    }
            })
        #expect(found.map(\.kind) == [.labelLeak] && found.first?.column == "extra")
    }

    @Test func uniqueTextsAreNoLeak() async throws {
        #expect(try await findings(Self.rows { row, _, fields in fields["extra"] = "reference \(row)" }).isEmpty)
    }

    @Test func rowsOutOfOrder() async throws {
        let found = try await findings(
            Self.rows { row, _, fields in if row == 200 { fields["time"] = "2019-01-01 00:00:00" } })
        #expect(found.map(\.kind) == [.unorderedTime])
    }

    @Test func daysWithoutRows() async throws {
        let text = Self.rows { row, _, fields in
            if row >= 300 {
                let seconds = 1_546_300_800 + Int64(row) * 7_200 + 30 * 86_400
                fields["time"] = CivilDateTime.text(microseconds: seconds * 1_000_000)
            }
        }
        let profile = try await ProfileFixture.profile(text, Self.request)
        #expect(profile.findings.map(\.kind) == [.timeGap])
        let gap = try #require(profile.time?.longestGap)
        #expect(gap.from == "2019-01-25" && gap.to == "2019-02-25" && gap.days == 31 && profile.time?.medianGap == 1)
    }

    @Test func timesThatCannotBeRead() async throws {
        var request = Self.request
        request.time = .init("extra") { column in
            (0..<column.count).map { $0 == 0 ? nil : Int64($0) * 3_600_000_000 }
        }
        let profile = try await ProfileFixture.profile(Self.rows(), request)
        #expect(profile.findings.map(\.kind) == [.missingTimes])
        #expect(profile.time?.missing == 1 && profile.time?.first == "1970-01-01 01:00:00")
        #expect(profile.time?.order == .strictlyAscending)
    }

    @Test func columnsThatSomeFilesLackAreLeftOut() async throws {
        let folder = try TemporaryFolder()
        try "a,b\n1,2\n3,4\n".write(toFile: folder.path("1.csv"), atomically: true, encoding: .utf8)
        try "a\n5\n".write(toFile: folder.path("2.csv"), atomically: true, encoding: .utf8)
        let profile = try await DataProfiler().profile(DataSet.open(folder.path("")))
        #expect(profile.rows == 3 && profile.files == 2 && profile.columns.map(\.name) == ["a"])
        #expect(profile.findings.map(\.kind) == [.unavailableColumn] && profile.findings.first?.column == "b")
    }

    @Test func severeFindingsComeFirst() async throws {
        let found = try await findings(
            Self.rows { row, _, fields in
                fields["fraud"] = "0"
                fields["extra"] = "5"
                if row == 200 { fields["time"] = "2019-01-01 00:00:00" }
            })
        #expect(found.map(\.severity) == [.error, .warning, .note])
    }
}
