import DataPrep
import StorageIO
import Testing

@Suite struct SimulationCleaningTests {
    /// The cleaner, written from the rules alone, finds the dirt that the simulator reports.
    @Test func cleaningFindsTheDirtThatWasPutIn() async throws {
        let options = HandbookOptions(customers: 400, terminals: 800, days: 75, radius: 10, seed: 21)
        let location = try ObjectStoreRegistry().resolve("memory://cleaning/raw/")
        let writer = try DirtWriter(simulator: HandbookSimulator(options: options), rates: DirtRates(each: 0.004))
        let truth = try await writer.write(to: location, threads: 2)
        let files = try await DataFiles.find(location)
        #expect(files.files.map(\.key.name) == truth.files.map(\.name))

        let report = try await Cleaner(plan: CleaningPlan(outliers: .none)).clean(
            files.files.map(\.key), in: location.store, to: .file(ObjectKey("clean.parquet"), in: location.store))
        func lines(_ kinds: DirtKind...) -> Int { kinds.reduce(0) { $0 + (truth.dirt[$1.rawValue]?.lines ?? 0) } }
        func frauds(_ kinds: DirtKind...) -> Int { kinds.reduce(0) { $0 + (truth.dirt[$1.rawValue]?.frauds ?? 0) } }
        #expect(report.rowsRead == truth.lines)
        #expect(report[.malformed].rows == lines(.malformedLine))
        #expect(report[.missing].rows == lines(.missingValue))
        #expect(report[.missing].frauds == frauds(.missingValue))
        #expect(report[.invalid].rows == lines(.unreadableDateTime))
        #expect(report[.unknownCustomer].rows == lines(.unknownCustomer))
        #expect(report[.unknownCustomer].frauds == frauds(.unknownCustomer))
        #expect(report[.nonPositiveAmount].rows == lines(.nonPositiveAmount) + truth.naturalZeroAmounts)
        #expect(report[.duplicate].rows == lines(.nearDuplicate, .farDuplicate))
        #expect(report[.duplicate].frauds == frauds(.nearDuplicate, .farDuplicate))
        let dropped = lines(.malformedLine, .missingValue, .unreadableDateTime, .unknownCustomer, .nonPositiveAmount)
        #expect(report.rowsKept == truth.transactions - dropped - truth.naturalZeroAmounts)
    }
}
