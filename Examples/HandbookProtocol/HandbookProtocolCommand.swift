import ArgumentParser
import Columnar
import CommandLineSupport
import DataPrep
import Features
import Foundation
import HandbookJobs
import JobSupport
import ModelKit
import Parallelism
import StorageIO

@main
struct HandbookProtocolCommand: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "handbook-protocol",
        abstract: "Repeat the Fraud Detection Handbook's baseline evaluation and compare with the published results.",
        discussion: """
            Models are trained on a week and tested on the week after the next, since it takes a week until frauds are known; \
            customers known to be compromised are left out of the test. The published results are those of chapter 3, for \
            the Handbook's own transactions (2018-04-01 to 2018-09-30).
            """,
        version: Version.current)

    @Option(
        help: ArgumentHelp("The transactions, with labels: a file or folder, or a URL.", valueName: "location"),
        completion: .file())
    var data: String

    @Option(
        help: ArgumentHelp(
            """
            The first training day. By default 115 days after the first transaction, as in the Handbook (2018-07-25 there), or \
            as late as shorter data allow.
            """, valueName: "yyyy-MM-dd"))
    var firstDay: String?

    @Option(help: "Cards that can be checked in a day.")
    var cards = 100

    @Option(help: "Threads to compute on; 0: all processors.")
    var threads = 0

    @OptionGroup var output: OutputOptions

    private struct Row: Encodable {
        var learner: String
        var measured: HandbookQuality
        var published: HandbookQuality
    }

    func validate() throws {
        if let firstDay, parsedFirstDay == nil {
            throw ValidationError("'\(firstDay)' is not a day such as 2018-07-25")
        }
        guard cards >= 1 else { throw ValidationError("--cards is \(cards); it must be at least 1") }
        guard threads >= 0 else { throw ValidationError("--threads is \(threads); it must not be negative") }
    }

    func run() async throws {
        let threads = threads == 0 ? Processors.available : threads
        let transactions = try await read(threads: threads)
        output.note("\(transactions.count) transactions")
        guard let firstDay = parsedFirstDay ?? HandbookProtocol.firstDay(of: transactions) else {
            throw JobError.unusableData(
                location: data,
                reason: "the protocol takes transactions of 58 days or more: 37 to fill the windows, then three weeks")
        }
        output.note("learning from \(CivilDateTime.text(microseconds: firstDay.microsecondsSince1970).prefix(10)) on")
        let evaluation = HandbookProtocol(firstDay: firstDay, cards: cards)
        let fold = try await onDedicatedThread(named: "features") { _ in
            try evaluation.fold(transactions, threads: threads)
        }
        output.note("\(fold.train.rowCount) to learn from, \(fold.test.rowCount) to judge by")
        var rows: [Row] = []
        for learner in HandbookLearner.allCases {
            let measured = try await evaluation.measure(learner, on: fold, threads: threads)
            rows.append(Row(learner: learner.rawValue, measured: measured, published: learner.published))
            output.note("\(learner.rawValue) done")
        }
        try output.print(rows, text: table(rows))
    }

    private var parsedFirstDay: CivilDateTime? {
        firstDay.flatMap { CivilDateTime.microseconds(parsing: $0 + " 00:00:00") }.map(
            CivilDateTime.init(microsecondsSince1970:))
    }

    private func read(threads: Int) async throws -> TransactionColumns {
        let dataSet = try await DataSet.open(data, stores: .ofThisProcess(logger: output.logger("handbook-protocol")))
        let progress = output.progress("reading")
        defer { progress.finish() }
        var batches: [RecordBatch] = []
        var rows: Int64 = 0
        let columns = try dataSet.transactionColumns(needing: TransactionColumn.labelled)
        for try await batch in dataSet.batches(columns: columns, threads: threads) {
            batches.append(batch)
            rows += Int64(batch.rowCount)
            progress.update(rows, of: dataSet.rowCount, unit: "rows")
        }
        return try TransactionColumns(RecordBatch.concatenating(batches, schema: dataSet.schema(selecting: columns)))
    }

    private func table(_ rows: [Row]) -> String {
        let heading =
            column("", 22) + column("ROC AUC", 18) + column("average precision", 20) + "card precision@\(cards)"
        let lines = rows.map { row in
            column(row.learner, 22) + column(pair(row.measured.rocAUC, row.published.rocAUC), 18)
                + column(pair(row.measured.averagePrecision, row.published.averagePrecision), 20)
                + pair(row.measured.cardPrecision, row.published.cardPrecision)
        }
        return ([heading] + lines + ["measured here (published)"]).joined(separator: "\n")
    }

    private func pair(_ measured: Double, _ published: Double) -> String {
        String(format: "%.3f (%.3f)", measured, published)
    }

    private func column(_ text: String, _ width: Int) -> String {
        text.padding(toLength: width, withPad: " ", startingAt: 0)
    }
}
