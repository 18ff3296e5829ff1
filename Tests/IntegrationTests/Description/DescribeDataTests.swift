import Features
import Foundation
import TestSupport
import Testing

/// `describe-data` on a table that no program of ours has written.
@Suite struct DescribeDataTests {
    private struct Description: Decodable {
        struct Profile: Decodable {
            struct Label: Decodable {
                var frauds: Int
            }

            var rows: Int
            var label: Label
        }

        struct Column: Decodable {
            var name: String
            var role: String
            var confidence: String
        }

        var profile: Profile
        var columns: [Column]
        var schemaOutput: String?
    }

    private let folder: TemporaryFolder
    private static let rows = 300

    init() throws {
        folder = try TemporaryFolder()
        var lines = ["Buchungsnummer;Zeit;Karte;Betrag;Betrug"]
        for row in 0..<Self.rows {
            let hour = row % 24
            let date = "\(row / 24 + 10).03.2019 \(hour < 10 ? "0" : "")\(hour):05"
            lines.append(
                "B\(row * 7);\(date);\(4_000 + row * 17 % 30);\(row * 31 % 900),50;\(row % 25 == 0 ? "ja" : "nein")")
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: folder.url.appending(path: "cards.csv"))
    }

    @Test func aTablePrintsRolesFactsAndWhatToDoNext() throws {
        let outcome = try Executable.run("describe-data", ["--input", "cards.csv"], in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let roles = [
            ("Buchungsnummer", "id"), ("Zeit", "time"), ("Karte", "key"), ("Betrag", "amount"), ("Betrug", "label"),
        ]
        for (column, role) in roles {
            #expect(lines.contains { $0.starts(with: [column, role]) }, "\(outcome.output)")
        }
        #expect(outcome.output.contains("300 of 300 sampled texts fit dd.MM.yyyy HH:mm"))
        #expect(outcome.output.contains("4.000%, 12 frauds"))
        #expect(outcome.output.contains("2019-03-10 00:05:00 to 2019-03-22 11:05:00, 13 days with rows"))
        #expect(outcome.output.contains("--schema-output schema.json"))
    }

    @Test(.needs(.python)) func jsonFollowsItsSchemaAndTheSchemaIsReadBack() throws {
        let description = try Executable.json(
            Description.self, "describe-data",
            ["--input", "cards.csv", "--schema-output", "schema.json", "--report", "profile.html"], in: folder)
        #expect(description.profile.rows == Self.rows && description.profile.label.frauds == 12)
        #expect(description.columns.map(\.role) == ["id", "time", "key", "amount", "label"])
        #expect(description.columns.allSatisfy { $0.confidence == "high" })
        #expect(description.schemaOutput == "schema.json")

        let bytes = Array(try Data(contentsOf: folder.url.appending(path: "schema.json")))
        let schema = try TransactionSchema(json: bytes)
        #expect(schema.keys.map(\.name) == ["Karte"])
        #expect(schema.column(.amount)?.type == .float(separators: NumberSeparators(decimal: ",")))
        #expect(schema.column(.label)?.role == .label(fraud: ["ja"], genuine: ["nein"]))

        let page = try String(contentsOfFile: folder.path("profile.html"), encoding: .utf8)
        #expect(page.contains("<html") && page.contains("Fraud rate") && page.contains("Karte"))
    }

    @Test func optionsDecide() throws {
        let arguments = [
            "--input", "cards.csv", "--schema-output", "schema.json", "--id", "karte", "--key", "Buchungsnummer",
            "--time-format", "%d.%m.%Y %H:%M", "--exclude", "Betrag", "--quiet",
        ]
        let outcome = try Executable.run("describe-data", arguments, in: folder)
        #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.errors)")
        let bytes = Array(try Data(contentsOf: folder.url.appending(path: "schema.json")))
        let schema = try TransactionSchema(json: bytes)
        #expect(schema.column(.id)?.name == "Karte" && schema.keys.map(\.name) == ["Buchungsnummer"])
        #expect(schema.column(.time)?.type == .timestamp(format: try TimeFormat("%d.%m.%Y %H:%M")))
        #expect(schema.column(named: "Betrag")?.role == .ignored && schema.column(.amount) == nil)
    }

    @Test(arguments: [
        (["--amount", "Betraag"], 1, "did you mean 'Betrag'"),
        (["--key", "Karte", "--exclude", "Karte"], 1, "'Karte' cannot be key and ignored"),
        (["--time", "Betrug"], 1, "no known form of time"),
        (["--time-format", "dd.QQ.yyyy"], 64, "--time-format"),
        (["--schema-output", "cards.csv"], 1, "cards.csv"),
    ])
    func whatIsWrongIsNamed(arguments: [String], status: Int32, words: String) throws {
        let before = try Data(contentsOf: folder.url.appending(path: "cards.csv"))
        let outcome = try Executable.run("describe-data", ["--input", "cards.csv"] + arguments, in: folder)
        #expect(outcome.status == status && outcome.output.isEmpty)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(try Data(contentsOf: folder.url.appending(path: "cards.csv")) == before)
    }

    @Test func dataWithoutRowsAreAnError() throws {
        try Data("a,b\n".utf8).write(to: folder.url.appending(path: "none.csv"))
        let outcome = try Executable.run(
            "describe-data", ["--input", "none.csv", "--schema-output", "schema.json"], in: folder)
        #expect(outcome.status == 1 && outcome.errors.contains("none.csv: there are no rows"), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("schema.json")))
    }
}
