import Columnar
import DataPrep
import Features
import Foundation
import StorageIO
import Testing

@Suite struct SimulationDirtTests {
    private static let header =
        "# tranaction_id | tx_datetime | customer_id | terminal_id | tx_amount | tx_time_seconds | tx_time_days | tx_fraud | tx_fraud_scenario"

    private struct Output {
        let truth: GroundTruth
        /// By file, its lines, the header among them.
        let lines: [[Substring]]
        let bytes: [[UInt8]]
    }

    private func simulated(_ rates: DirtRates, days: Int = 70, threads: Int = 2) async throws -> Output {
        let options = HandbookOptions(customers: 300, terminals: 500, days: days, radius: 10, seed: 5)
        let writer = try DirtWriter(simulator: HandbookSimulator(options: options), rates: rates)
        let location = try ObjectStoreRegistry().resolve("memory://raw/set/")
        let truth = try await writer.write(to: location, threads: threads)
        var bytes: [[UInt8]] = []
        for file in truth.files { bytes.append(try await location.store.read(location.key(file.name))) }
        let stored = try await location.store.read(location.key(GroundTruth.fileName))
        #expect(try JSONDecoder().decode(GroundTruth.self, from: Data(stored)) == truth)
        let lines = bytes.map {
            String(decoding: $0, as: UTF8.self).dropLast().split(separator: "\n", omittingEmptySubsequences: false)
        }
        return Output(truth: truth, lines: lines, bytes: bytes)
    }

    @Test func cleanLinesHoldTheSimulatedColumns() async throws {
        let output = try await simulated(.none)
        #expect(output.truth.files.map(\.name) == ["2019-08-22.txt", "2019-09-21.txt", "2019-10-21.txt"])
        #expect(output.truth.dirtyLines == [])
        var expected: [String] = []
        let options = HandbookOptions(customers: 300, terminals: 500, days: 70, radius: 10, seed: 5)
        for try await batch in try HandbookSimulator(options: options).batches(threads: 1) {
            let table = try TransactionColumns(batch)
            for row in 0..<table.count {
                let transaction = table[row]
                expected.append(
                    [
                        "\(transaction.transactionID)", CivilDateTime.text(microseconds: transaction.dateTime),
                        "\(transaction.customerID)", "\(transaction.terminalID)",
                        String(format: "%.2f", transaction.amount), "\(transaction.timeSeconds)",
                        "\(transaction.timeDays)", "\(transaction.fraud ?? -1)", "\(transaction.fraudScenario ?? -1)",
                    ].joined(separator: ","))
            }
        }
        #expect(output.lines.allSatisfy { $0[0] == Self.header })
        let lines = output.lines.flatMap { $0.dropFirst() }
        #expect(lines.map { String($0) } == expected)
        #expect(output.truth.lines == expected.count)
        #expect(output.lines[1][1].split(separator: ",")[1].hasPrefix("2019-09-21 "))
    }

    @Test func cleanFilesAreReadAsOneTable() async throws {
        let options = HandbookOptions(customers: 200, terminals: 300, days: 65, radius: 10, seed: 9)
        let simulator = try HandbookSimulator(options: options)
        let location = try ObjectStoreRegistry().resolve("memory://raw/set/")
        try await DirtWriter(simulator: simulator, rates: .none).write(to: location, threads: 2)
        let dataSet = try await DataSet.open(location)
        #expect(dataSet.files.files.count == 3)
        var read: [RecordBatch] = [], simulated: [RecordBatch] = []
        for try await batch in dataSet.batches(threads: 2) { read.append(batch) }
        for try await batch in simulator.batches(threads: 1) { simulated.append(batch) }
        let table = try TransactionColumns(RecordBatch.concatenating(read, schema: dataSet.schema))
        let expected = try RecordBatch.concatenating(simulated, schema: TransactionColumn.tableSchema)
        #expect(try table.recordBatch() == expected)
    }

    @Test func dirtIsWhereTheTruthSays() async throws {
        let output = try await simulated(DirtRates(each: 0.01))
        let truth = output.truth
        #expect(output.lines.reduce(0) { $0 + $1.count - 1 } == truth.lines)
        let duplicates = truth.dirtyLines.filter { $0.kind == .nearDuplicate || $0.kind == .farDuplicate }.count
        #expect(truth.lines == truth.transactions + duplicates)
        for kind in DirtKind.allCases {
            let lines = truth.dirtyLines.filter { $0.kind == kind }
            #expect(truth.dirt[kind.rawValue]?.lines == lines.count)
            #expect(abs(Double(lines.count) / Double(truth.transactions) / 0.01 - 1) < 0.2, "\(kind): \(lines.count)")
            for dirty in lines {
                let line = output.lines[dirty.file][dirty.line - 1]
                #expect(isDirty(line, kind, output, dirty), "\(kind) in line \(dirty.line): \(line)")
            }
        }
        // And nowhere else.
        let locations = Set(truth.dirtyLines.map { [$0.file, $0.line] })
        var identifiers: Set<Int64> = [], zeros = 0
        for (file, lines) in output.lines.enumerated() {
            for (position, line) in lines.enumerated().dropFirst() where !locations.contains([file, position + 1]) {
                let fields = line.split(separator: ",", omittingEmptySubsequences: false)
                guard fields.count == 9, let identifier = Int64(fields[0]), let customer = Int(fields[2]),
                    let amount = Double(fields[4]), let seconds = Int(fields[5]), let day = Int(fields[6]),
                    Int(fields[3]) != nil, CivilDateTime.microseconds(parsing: fields[1]) != nil
                else {
                    Issue.record("unannounced dirt: \(line)")
                    continue
                }
                #expect(identifiers.insert(identifier).inserted && customer >= 0 && seconds / 86_400 == day)
                if amount == 0 { zeros += 1 }
            }
        }
        #expect(zeros == truth.naturalZeroAmounts)
    }

    private func isDirty(_ line: Substring, _ kind: DirtKind, _ output: Output, _ dirty: GroundTruth.Line) -> Bool {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
        let isWhole = fields.count == 9 && fields[0] == "\(dirty.transactionID)"
        switch kind {
        case .nearDuplicate:
            return isWhole && output.lines[dirty.file][max(1, dirty.line - 60)..<dirty.line - 1].contains(line)
        case .farDuplicate:
            let earlier = output.lines[...dirty.file].joined()
            return isWhole && earlier.filter { $0 == line }.count == 2
        case .missingValue: return isWhole && fields.contains { ["", "Err", "None", "NULL", "nan"].contains($0) }
        case .unreadableDateTime: return isWhole && CivilDateTime.microseconds(parsing: fields[1]) == nil
        case .unknownCustomer: return isWhole && (fields[2] == "-9999" || fields[2] == "-999999")
        case .nonPositiveAmount: return isWhole && (Double(fields[4]) ?? 1) <= 0
        case .grossOutlier: return isWhole && (Double(fields[4]) ?? 0) >= 5_000
        case .contradictingDay: return isWhole && (Int(fields[5]) ?? 0) / 86_400 != Int(fields[6])
        case .malformedLine: return fields.count != 9
        }
    }

    @Test func threadsDoNotChangeAByte() async throws {
        let one = try await simulated(DirtRates(each: 0.005), threads: 1)
        let five = try await simulated(DirtRates(each: 0.005), threads: 5)
        #expect(one.bytes == five.bytes)
        #expect(one.truth == five.truth)
    }

    /// Every machine writes these bytes: FNV-1a (Fowler, Noll, Vo) over all files.
    @Test func everyMachineWritesTheSameBytes() async throws {
        let output = try await simulated(DirtRates(each: 0.01), days: 35)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in output.bytes.joined() { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        #expect(hash == 0x0C73_C887_7A9B_B8F5)
    }

    @Test func foreignFilesAreNotMixedIn() async throws {
        let simulator = try HandbookSimulator(
            options: HandbookOptions(customers: 20, terminals: 20, days: 2, radius: 50))
        let writer = try DirtWriter(simulator: simulator, rates: .course)
        let location = try ObjectStoreRegistry().resolve("memory://raw/set")
        try await writer.write(to: location, threads: 1)
        try await writer.write(to: location, threads: 1)
        try await location.store.put([], to: location.key("2020-01-01.txt"))
        let error = await #expect(throws: ObjectStoreError.self) { try await writer.write(to: location, threads: 1) }
        #expect(error?.code == .alreadyExists && error?.message.contains("2020-01-01.txt") == true)
    }

    @Test func aFullStoreLeavesNoPartOfAFile() async throws {
        let simulator = try HandbookSimulator(
            options: HandbookOptions(customers: 50, terminals: 50, days: 60, radius: 50))
        let store = InMemoryObjectStore(capacity: 200_000)
        let location = StorageLocation(store: store, uri: try StorageURI("memory://full/set"))
        let error = await #expect(throws: ObjectStoreError.self) {
            try await DirtWriter(simulator: simulator, rates: .none).write(to: location, threads: 2)
        }
        #expect(error?.code == .noSpace)
        for try await object in store.list(prefix: "") {
            let text = String(decoding: try await store.read(object.key), as: UTF8.self)
            #expect(text.hasSuffix("\n") && text.split(separator: "\n").last?.split(separator: ",").count == 9)
        }
        #expect(try await !store.exists(location.key(GroundTruth.fileName)))
    }

    @Test func impossibleSharesAreNamed() throws {
        let simulator = try HandbookSimulator(options: HandbookOptions(customers: 3, terminals: 2, days: 1))
        #expect(throws: SimulationError.self) { try DirtWriter(simulator: simulator, rates: DirtRates(each: 0.2)) }
        #expect(throws: SimulationError.self) { try DirtWriter(simulator: simulator, rates: DirtRates(each: -1)) }
    }
}
