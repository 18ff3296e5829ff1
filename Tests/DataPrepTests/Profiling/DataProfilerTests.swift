import Columnar
import DataPrep
import Foundation
import Parallelism
import StorageIO
import TestSupport
import Testing

@Suite struct DataProfilerTests {
    /// Many columns of all types; with more than one batch.
    private static func table(_ rows: Int, columns: Int) -> String {
        var generator = SeededGenerator(seed: 2)
        let header = "time,fraud," + (0..<columns).map { "column_\($0)" }.joined(separator: ",")
        let lines = (0..<rows).map { row in
            let time = CivilDateTime.text(microseconds: (1_546_300_800 + Int64(row) * 3_600) * 1_000_000)
            let values = (0..<columns).map { column in
                let value = Int.random(in: 0..<1_000, using: &generator)
                return switch column % 4 {
                case 0: "\(value)"
                case 1: value % 5 == 0 ? "" : "\(Double(value) / 4)"
                case 2: "kind <\(value % 7)>"
                default: value % 2 == 0 ? "true" : "false"
                }
            }
            return "\(time),\(row % 20 == 0 ? 1 : 0)," + values.joined(separator: ",")
        }
        return ([header] + lines).joined(separator: "\n") + "\n"
    }

    private static let request = DataProfileRequest(label: .init("fraud"), time: .init("time"), amount: "column_1")

    @Test func threadsDoNotMatter() async throws {
        var profiles: [DataProfile] = []
        for threads in [1, 2, 3] {
            var profile = try await ProfileFixture.profile(
                Self.table(2_000, columns: 8), Self.request, threads: threads)
            profile.seconds = 0
            profile.location = ""
            profiles.append(profile)
        }
        #expect(profiles[0] == profiles[1] && profiles[1] == profiles[2])
    }

    @Test func progressEndsWithAllRows() async throws {
        let folder = try TemporaryFolder()
        try Self.table(500, columns: 1).write(toFile: folder.path("a.csv"), atomically: true, encoding: .utf8)
        let last = Lock<WorkProgress?>(nil)
        _ = try await DataProfiler(progress: { progress in last.withLock { $0 = progress } })
            .profile(DataSet.open(folder.path("a.csv")))
        #expect(last.withLock { $0?.done } == 500)
    }

    @Test func columnsOfARequestMustExistAndFit() async throws {
        let text = "a,b\n1,x\n2,y\n"
        for request in [
            DataProfileRequest(label: .init("c")), DataProfileRequest(time: .init("c")),
            DataProfileRequest(amount: "c"),
            DataProfileRequest(id: "c"),
        ] {
            await #expect(throws: ColumnarError.missingField(name: "c", available: ["a", "b"])) {
                try await ProfileFixture.profile(text, request)
            }
        }
        await #expect(throws: ColumnarError.typeMismatch(field: "b", expected: "a date or timestamp", actual: .string))
        {
            try await ProfileFixture.profile(text, DataProfileRequest(time: .init("b")))
        }
        await #expect(throws: ColumnarError.typeMismatch(field: "b", expected: "a label", actual: .date)) {
            try await ProfileFixture.profile("b\n2019-01-01\n", DataProfileRequest(label: .init("b")))
        }
    }

    private static let labels: [(String, Set<String>)] = [
        ("label\n1\n0\n1\n", ["1", "true"]), ("label\n1.0\n0.0\n1.0\n", ["1"]), ("label\nja\nnein\nja\n", ["ja"]),
        ("label\nT\nF\nT\n", ["T"]), ("label\n2\n7\n-3\n", ["2.0", "-3"]), ("label\nfalse\ntrue\nfalse\n", ["0"]),
    ]

    @Test(arguments: labels) func labelsOfAnyType(text: String, frauds: Set<String>) async throws {
        let profile = try await ProfileFixture.profile(
            text, DataProfileRequest(label: .init("label", fraudValues: frauds)))
        #expect(profile.label?.frauds == 2 && profile.label?.rows == 3)
    }

    @Test func resultsAreJSON() async throws {
        let profile = try await ProfileFixture.profile(Self.table(300, columns: 4), Self.request)
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let data = try encoder.encode(profile)
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let columns = try #require(json["columns"] as? [[String: Any]])
        #expect(columns.count == 6 && columns.allSatisfy { $0["sampled_texts"] == nil })
        #expect(columns[0]["minimum"] as? String == "2019-01-01 00:00:00")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let decoded = try decoder.decode(DataProfile.self, from: data)
        #expect(try encoder.encode(decoded).count == data.count)
        #expect(decoded.time == profile.time && decoded.label == profile.label && decoded.findings == profile.findings)
    }

    @Test func textHasALineForEachColumn() async throws {
        let profile = try await ProfileFixture.profile(Self.table(300, columns: 6), Self.request)
        let lines = profile.describe().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0].contains("300 rows, 8 columns, 1 file of csv"))
        #expect(lines.contains { $0.hasPrefix("label   fraud: 15 frauds, 5.000%") })
        for column in profile.columns { #expect(lines.contains { $0.hasPrefix(column.name + " ") }) }
        #expect(lines.contains { $0.contains("'kind <") } && lines.allSatisfy { $0.last != " " })
    }

    @Test func thePageIsReadableWith70Columns() async throws {
        let profile = try await ProfileFixture.profile(Self.table(300, columns: 70), Self.request)
        let page = profile.html()
        for column in profile.columns { #expect(page.contains(column.name)) }
        for title in ["Findings", "Time", "Amounts by class", "Columns", "Distributions", "Fraud rate by day"] {
            #expect(page.contains(title))
        }
        // Values of the data are escaped.
        #expect(page.contains("kind &lt;") && !page.contains("kind <"))
        #expect(page.utf8.count < 2_000_000)
    }

    @Test func idsBeyondTheLimitAreCountedForAPart() {
        var profiler = IDProfiler("id", limit: 2_000)
        for start in stride(from: 0, to: 50_000, by: 5_000) {
            let ids = (start..<start + 5_000).map { Int64($0 % 10 == 9 ? $0 - 1 : $0) }
            profiler.add(.int64(ids))
        }
        let profile = profiler.profile
        #expect(!profile.isExact && profile.rows == 50_000)
        #expect((2_500...7_500).contains(profile.repeated))
        var unique = IDProfiler("id", limit: 2_000)
        unique.add(.string((0..<20_000).map { "id \($0)" }))
        #expect(unique.profile.repeated == 0)
    }
}
