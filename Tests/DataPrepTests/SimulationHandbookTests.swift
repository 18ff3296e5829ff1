import Columnar
import DataPrep
import Features
import Foundation
import TestSupport
import Testing

@Suite struct SimulationHandbookTests {
    private func table(_ options: HandbookOptions, threads: Int = 2) async throws -> TransactionColumns {
        var batches: [RecordBatch] = []
        for try await batch in try HandbookSimulator(options: options).batches(threads: threads) {
            batches.append(batch)
        }
        #expect(batches.count == options.days)
        return try TransactionColumns(RecordBatch.concatenating(batches, schema: TransactionColumn.tableSchema))
    }

    /// The expectations are those of the book's own data set (1,754,155 transactions), which is one draw from the same
    /// distributions; the bounds are several times the spread from seed to seed.
    @Test func theBooksDistributionsAreMet() async throws {
        let table = try await table(HandbookOptions())
        let rows = Double(table.count)
        #expect(abs(rows / 1_754_155 - 1) < 0.03)

        let scenarios = try #require(table.fraudScenario)
        let counts = (1...3).map { scenario in Double(scenarios.filter { Int($0) == scenario }.count) }
        #expect(abs(counts[0] / rows / 0.000555 - 1) < 0.25, "scenario 1: \(counts[0])")
        #expect(abs(counts[1] / rows / 0.005175 - 1) < 0.15, "scenario 2: \(counts[1])")
        #expect(abs(counts[2] / rows / 0.002640 - 1) < 0.15, "scenario 3: \(counts[2])")
        let labels = try table.labels()
        #expect(abs(Double(labels.filter { $0 == 1 }.count) / rows / 0.008369 - 1) < 0.12)

        let amounts = table.amount.sorted()
        for (share, expected) in [
            (0.01, 1.97), (0.1, 9.54), (0.25, 21.01), (0.5, 44.64), (0.75, 76.95), (0.9, 110.12), (0.99, 171.59),
        ] {
            let quantile = amounts[Int(share * rows)]
            #expect(abs(quantile / expected - 1) < 0.08, "amount at \(share): \(quantile), \(expected)")
        }
        let seconds = table.timeSeconds.map { $0 % 86_400 }.sorted()
        for (share, expected) in [
            (0.01, 4_075), (0.1, 18_919), (0.25, 30_180), (0.5, 43_196), (0.75, 56_206), (0.9, 67_482), (0.99, 82_360),
        ] {
            let quantile = Int(seconds[Int(share * rows)])
            #expect(abs(quantile - expected) < 500, "second of day at \(share): \(quantile), \(expected)")
        }
        #expect(Set(table.customerID).count > 4_950)
        #expect(Set(table.terminalID).count > 9_950)
    }

    @Test func columnsAgreeWithOneAnother() async throws {
        let options = HandbookOptions(customers: 300, terminals: 600, days: 40, radius: 8)
        let table = try await table(options)
        #expect(table.transactionID == (0..<Int64(table.count)).map { $0 })
        let start = CivilDateTime(year: 2019, month: 8, day: 22).microsecondsSince1970
        for row in 0..<table.count {
            #expect(table.dateTime[row] == start + table.timeSeconds[row] * 1_000_000)
            #expect(Int64(table.timeDays[row]) == table.timeSeconds[row] / 86_400)
            #expect((0..<300).contains(table.customerID[row]) && (0..<600).contains(table.terminalID[row]))
            #expect((table.amount[row] * 100).rounded() / 100 == table.amount[row])
        }
        #expect(table.timeSeconds == table.timeSeconds.sorted())
        #expect(Set(table.timeDays).count == 40)
    }

    @Test func compromisesFollowTheBook() async throws {
        let options = HandbookOptions(customers: 500, terminals: 500, days: 60, radius: 10)
        let table = try await table(options)
        let scenarios = try #require(table.fraudScenario), labels = try table.labels()

        // Scenario 2: a compromised terminal cheats in every transaction for 28 days. The first of them may have passed
        // without a transaction, and purchases can be frauds of scenario 3 at the same time.
        var days: [Int64: Set<Int32>] = [:], frauds: [Int64: Set<Int32>] = [:], firstCheat: [Int64: Int32] = [:]
        for row in 0..<table.count {
            let (terminal, day) = (table.terminalID[row], table.timeDays[row])
            days[terminal, default: []].insert(day)
            if scenarios[row] >= 2 { frauds[terminal, default: []].insert(day) }
            if scenarios[row] == 2 { firstCheat[terminal] = min(day, firstCheat[terminal] ?? day) }
        }
        #expect(firstCheat.count > 80)
        var cheating: Set<[Int64]> = []
        for row in 0..<table.count where scenarios[row] == 2 {
            cheating.insert([table.terminalID[row], Int64(table.timeDays[row])])
        }
        for row in 0..<table.count where cheating.contains([table.terminalID[row], Int64(table.timeDays[row])]) {
            #expect(scenarios[row] >= 2, "an honest purchase at a compromised terminal: row \(row)")
        }
        for (terminal, first) in firstCheat {
            let active = try #require(days[terminal]).filter { $0 >= first && $0 < first + 20 }
            #expect(active.isSubset(of: frauds[terminal] ?? []), "terminal \(terminal) is honest again too early")
        }

        // Scenario 1 is what is left above 220; scenario 3 makes purchases dearer.
        for row in 0..<table.count {
            if scenarios[row] == 0 { #expect(table.amount[row] <= 220) }
            if scenarios[row] == 1 { #expect(table.amount[row] > 220) }
            #expect((labels[row] == 1) == (scenarios[row] != 0))
        }
        let dear = (0..<table.count).filter { scenarios[$0] == 3 }.map { table.amount[$0] }
        let mean = dear.reduce(0, +) / Double(dear.count)
        #expect(dear.count > 500 && mean > 200)
    }

    @Test func threadsDoNotChangeAnything() async throws {
        let options = HandbookOptions(customers: 700, terminals: 900, days: 33, radius: 7, seed: 11)
        let one = try await table(options, threads: 1)
        for threads in [2, 3, 8] {
            let other = try await table(options, threads: threads)
            #expect(other.timeSeconds == one.timeSeconds)
            #expect(other.customerID == one.customerID)
            #expect(other.terminalID == one.terminalID)
            #expect(other.amount == one.amount)
            #expect(other.fraudScenario == one.fraudScenario)
        }
        var reseeded = options
        reseeded.seed = 12
        #expect(try await table(reseeded).timeSeconds != one.timeSeconds)
    }

    @Test func scaledSimulationsKeepTheProportions() async throws {
        let options = HandbookOptions.scaled(toTransactions: 400_000, days: 50)
        let table = try await table(options)
        #expect(abs(Double(table.count) / 400_000 - 1) < 0.05)
        // Shorter simulations have a larger share of days on which few terminals are compromised yet.
        let frauds = Double(try table.labels().filter { $0 == 1 }.count) / Double(table.count)
        #expect((0.004...0.011).contains(frauds), "fraud share \(frauds)")
    }

    @Test(arguments: [1, 42, 77] as [UInt64])
    func smallSimulationsHaveTheBooksShareOfFrauds(seed: UInt64) async throws {
        let table = try await table(.scaled(toTransactions: 20_000, seed: seed))
        let frauds = Double(try table.labels().count { $0 == 1 }) / Double(table.count)
        #expect((0.003...0.018).contains(frauds), "fraud share \(frauds)")
        #expect(Set(table.fraudScenario ?? []).count > 2)
    }

    @Test func fractionsOfCompromisesAreSpread() async throws {
        let options = HandbookOptions(
            customers: 400, terminals: 500, days: 60, radius: 10, compromisedTerminalsPerDay: 0.25,
            compromisedCustomersPerDay: 0)
        let table = try await table(options)
        let scenarios = try #require(table.fraudScenario)
        let cheating = Set((0..<table.count).filter { scenarios[$0] == 2 }.map { table.terminalID[$0] })
        // On one of four of 59 days a compromise begins; the last ones may pass without a purchase.
        #expect((11...15).contains(cheating.count), "\(cheating.count)")
        #expect(!scenarios.contains(3))
    }

    @Test func impossibleParametersAreNamed() {
        for options in [
            HandbookOptions(customers: 0), HandbookOptions(terminals: -1), HandbookOptions(days: 0),
            HandbookOptions(radius: .nan), HandbookOptions(maximumDailyPurchases: -1),
            HandbookOptions(customers: 2, compromisedCustomersPerDay: 3),
        ] {
            #expect(throws: SimulationError.self) { try HandbookSimulator(options: options) }
        }
    }

    @Test func tinySimulationsEnd() async throws {
        let lonely = try await table(
            HandbookOptions(
                customers: 5, terminals: 1, days: 3, radius: 0.001,
                compromisedTerminalsPerDay: 1))
        #expect(lonely.count == 0)
        let single = try await table(
            HandbookOptions(
                customers: 3, terminals: 1, days: 1, radius: 150,
                compromisedTerminalsPerDay: 1))
        #expect(single.terminalID.allSatisfy { $0 == 0 })
    }
}
