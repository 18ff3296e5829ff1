import Foundation
import TestSupport
import Testing

/// From raw rows in columns of one's own to scores, as the guide to one's own data says it.
@Suite(.needs(.python)) struct AnyTransactionsTests {
    private struct Cleaning: Decodable {
        var rowsRead: Int
        var rowsKept: Int
    }

    private struct Training: Decodable {
        var metrics: [String: Double]
        var trainingRows: Int
    }

    private struct Scoring: Decodable {
        var rows: Int
        var unscored: Int
        var history: String
    }

    private struct Comparison: Decodable {
        var rows: Int
        var verdict: String
    }

    private let folder: TemporaryFolder
    private static let rows = 6_000

    /// Semicolons, decimal commas, days first, labels in words; every 50th transaction begins a burst of frauds, and some rows
    /// are unusable.
    init() throws {
        folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: 21)
        var lines = ["Buchungsnr;Zeitpunkt;Kontonummer;Händler;Betrag;Kanal;Betrug"]
        func line(_ id: Int, _ minutes: Int, _ account: Int, _ shop: Int, _ cents: Int, _ label: String) -> String {
            let day = minutes / 1440, hour = minutes / 60 % 24, minute = minutes % 60
            func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            let date = "\(two(day % 28 + 1)).\(two(day / 28 + 3)).2023 \(two(hour)):\(two(minute)):00"
            let channel = shop % 3 == 0 ? "online" : "Kasse"
            return
                "B-\(id);\(date);DE\(4_000_000 + account);Laden \(shop);\(cents / 100),\(two(cents % 100));\(channel);\(label)"
        }
        for row in 0..<Self.rows {
            let isFraud = row % 50 < 3, burst = row / 50
            let minutes = isFraud ? burst * 500 + row % 50 : burst * 500 + Int.random(in: 0..<500, using: &generator)
            let account = isFraud ? burst % 40 : Int.random(in: 0..<40, using: &generator)
            let cents = isFraud ? 20_000 + row % 7 : Int.random(in: 100...9_000, using: &generator)
            lines.append(
                line(row, minutes, account, .random(in: 0..<30, using: &generator), cents, isFraud ? "ja" : "nein"))
        }
        lines.append("B-0;01.03.2023 10:00:00;DE1;Laden 1;5,00;Kasse;nein")
        lines.append("B-x;31.02.2023 10:00:00;DE1;Laden 1;5,00;Kasse;nein")
        lines.append("B-y;01.03.2023 10:00:00;DE1;Laden 1;-5,00;Kasse;nein")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: folder.url.appending(path: "cards.csv"))
    }

    private func run(_ program: String, _ arguments: String...) throws {
        let outcome = try Executable.run(program, arguments, in: folder)
        try #require(outcome.status == 0, "\(program): \(outcome.errors)")
    }

    @Test func rawRowsBecomeScores() throws {
        try run("describe-data", "--input", "cards.csv", "--schema-output", "schema.json")
        let cleaning = try Executable.json(
            Cleaning.self, "clean-transactions",
            ["--input", "cards.csv", "--schema", "schema.json", "--output", "clean.parquet"], in: folder)
        #expect(cleaning.rowsRead == Self.rows + 3 && cleaning.rowsKept == Self.rows)

        let options = ["--data", "clean.parquet", "--schema", "schema.json", "--test-share", "0.3", "--rounds", "20"]
        let training = try Executable.json(
            Training.self, "train-model", options + ["--output", "model"], in: folder)
        #expect(try #require(training.metrics["test_roc_auc"]) > 0.95)
        #expect(training.trainingRows < Self.rows)

        try Data(
            #"""
            {"version": 1, "name": "amounts", "features": [
              {"name": "Betrag", "kind": "expression", "expression": "Betrag"},
              {"name": "is_online", "kind": "expression", "expression": "Kanal = 'online'"}
            ]}
            """#.utf8
        ).write(to: folder.url.appending(path: "plan.json"))
        try run("train-model", arguments: options + ["--output", "amounts", "--features", "plan.json"])

        let comparison = try Executable.json(
            Comparison.self, "compare-models",
            ["--candidate", "model", "--champion", "amounts", "--data", "clean.parquet"], in: folder)
        #expect(comparison.rows == Self.rows - training.trainingRows)

        let scoring = try Executable.json(
            Scoring.self, "score-transactions",
            ["--data", "clean.parquet", "--model", "model", "--output", "scores.csv"], in: folder)
        #expect(scoring.rows == Self.rows && scoring.unscored == 0)
        let scores = try String(contentsOfFile: folder.path("scores.csv"), encoding: .utf8)
        #expect(scores.hasPrefix("Buchungsnr,probability,prediction\n"))
    }

    private func run(_ program: String, arguments: [String]) throws {
        let outcome = try Executable.run(program, arguments, in: folder)
        try #require(outcome.status == 0, "\(program): \(outcome.errors)")
    }

    @Test func whatDoesNotExistIsNamedWithWhatIsNearest() throws {
        try run("describe-data", "--input", "cards.csv", "--schema-output", "schema.json")
        func errors(_ arguments: String...) throws -> String {
            let outcome = try Executable.run(
                "train-model", ["--data", "cards.csv", "--output", "model"] + arguments, in: folder)
            #expect(outcome.status != 0)
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
            return outcome.errors
        }
        #expect(try errors("--schema", "schema.json", "--features", "extendet").contains("'extended'"))
        try Data(
            #"{"version": 1, "name": "x", "features": [{"name": "f", "kind": "expression", "expression": "Betrak + 1"}]}"#
                .utf8
        ).write(to: folder.url.appending(path: "plan.json"))
        #expect(try errors("--schema", "schema.json", "--features", "plan.json").contains("'Betrag'"))
        let renamed = try String(contentsOfFile: folder.path("schema.json"), encoding: .utf8)
            .replacing("\"Kontonummer\"", with: "\"Kontonumer\"")
        try Data(renamed.utf8).write(to: folder.url.appending(path: "other.json"))
        #expect(try errors("--schema", "other.json").contains("'Kontonummer'"))
    }
}
