import Columnar
import DataPrep
import Foundation
import StorageIO
import Synchronization
import TestSupport
import Testing

/// What an incremental run does with files and state that have changed since the last run.
@Suite struct IncrementalCleanerTests {
    private let fixture: IncrementalFixture
    private let texts = IncrementalFixture.texts(files: 3, rows: 120, seed: 77)

    init() throws { fixture = try IncrementalFixture() }

    /// Two files, cleaned in two runs.
    private func begin() async throws {
        for number in 0..<2 {
            try await fixture.add(texts[number], "\(number).txt")
            try await fixture.clean()
        }
    }

    /// An error of a run that leaves everything as it was.
    private func refused(
        _ mode: IncrementalCleaner.Mode = .append, plan: CleaningPlan = IncrementalFixture.plan
    ) async throws -> IncrementalCleaningError? {
        let before = try await fixture.objects()
        let error = await #expect(throws: IncrementalCleaningError.self) { try await fixture.clean(mode, plan: plan) }
        #expect(try await fixture.objects() == before)
        return error
    }

    private func tags() async throws -> [String: String?] {
        var tags: [String: String?] = [:]
        for try await object in fixture.store.list(prefix: "") { tags[object.key.path] = object.entityTag }
        return tags
    }

    @Test func nothingNewChangesNoByte() async throws {
        try await begin()
        let before = try await tags()
        let report = try await fixture.clean()
        // Every write of the store, of equal bytes too, gives a new tag.
        #expect(try await tags() == before)
        let increment = try #require(report.increment)
        #expect(increment.action == .unchanged && increment.run == 2 && increment.skipped.count == 2)
        #expect(report.rowsRead == 0 && report.outputs.isEmpty && increment.totalRowsRead == 240)
        #expect(increment.skipped.map(\.rows) == [120, 120])
    }

    @Test func changedAndVanishedInputsAreErrors() async throws {
        try await begin()
        let name = "memory://s/raw/0.txt"
        // The same content under a new tag is the same file.
        try await fixture.add(texts[0], "0.txt")
        #expect(try await fixture.clean().increment?.action == .unchanged)
        try await fixture.add(texts[0] + CleanerTests.row(9), "0.txt")
        var error = try await refused()
        guard case .changedInput(name, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect("\(try #require(error))".contains("--rebuild"))
        // As long as before.
        try await fixture.add(texts[0].replacing("2019-08-22 00:00:31", with: "2019-08-22 00:00:32"), "0.txt")
        error = try await refused()
        #expect(error == .changedInput(input: name, change: "as long as then, with other content"))
        try await fixture.store.delete(fixture.input.key("0.txt"))
        error = try await refused()
        #expect(error == .vanishedInput(input: name, reason: "it is not there any more"))
        try await fixture.store.delete(fixture.input.key("1.txt"))
        error = try await refused()
        guard case .vanishedInput(name, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func filesMayComeOneByOne() async throws {
        for (number, text) in texts.enumerated() {
            try await fixture.add(text, "\(number).txt")
            let file = StorageLocation(
                store: fixture.store, uri: try StorageURI("memory://s/raw/\(number).txt"))
            let report = try await IncrementalCleaner(plan: IncrementalFixture.plan).clean(file, to: fixture.output)
            #expect(report.increment?.action == (number == 0 ? .created : .appended) && report.rowsRead == 120)
        }
        let report = try await fixture.clean()
        #expect(report.increment?.action == .unchanged)
        let expected = try await fixture.oneRun(["0.txt", "1.txt", "2.txt"], fences: report.increment?.fences)
        #expect(try await fixture.rows() == expected.rows)
    }

    @Test func rebuildTakesWhatIsThere() async throws {
        try await begin()
        let fences = try await fixture.clean().increment?.fences
        try await fixture.add(texts[2], "0.txt")
        try await fixture.store.delete(fixture.input.key("1.txt"))
        let report = try await fixture.clean(.rebuild)
        let increment = try #require(report.increment)
        #expect(increment.action == .rebuilt && increment.run == 3 && increment.files == 1 && increment.skipped.isEmpty)
        #expect(increment.fences == fences)
        let expected = try await fixture.oneRun(["0.txt"], fences: fences)
        #expect(try await fixture.rows() == expected.rows)
        #expect(try await IncrementalFixture.rows(fixture.rejects) == expected.rejects)
        let names = try await fixture.objects().keys.sorted()
        #expect(
            names.filter { !$0.hasPrefix("rejects/") } == [
                "clean/_SUCCESS", "clean/_incremental/ids-00003.bin", "clean/part-00003-increment.parquet",
            ], "\(names)")
        #expect(names.filter { $0.hasPrefix("rejects/") }.count == 1)
        #expect(try await fixture.store.read(fixture.output.key("_SUCCESS")).isEmpty)
        // Later runs work again.
        try await fixture.add(texts[1], "2.txt")
        #expect(try await fixture.clean().increment?.action == .appended)
        #expect(try await fixture.rows() == fixture.oneRun(["0.txt", "2.txt"], fences: fences).rows)
    }

    @Test func fencesStayUntilTheyAreRefitted() async throws {
        try await fixture.add(texts[0], "0.txt")
        let first = try #require(try await fixture.clean().increment?.fences)
        let large = (0..<200).map { CleanerTests.row(10_000 + $0, amount: "\(5_000_000 + $0)") }.joined()
        try await fixture.add(CleanerTests.header + large, "1.txt")
        let second = try await fixture.clean()
        #expect(second.increment?.fences == first && second[.amountOutlier].rows == 200 && second.rowsKept == 0)
        let third = try await fixture.clean(.refitFences)
        let fences = try #require(third.increment?.fences)
        #expect(fences.run == 3 && fences.upper != first.upper && third.rowsRead == 320)
        #expect(try await fixture.rows() == fixture.oneRun(["0.txt", "1.txt"], fences: fences).rows)
        let alone = try await Cleaner(plan: IncrementalFixture.plan).clean(
            [fixture.input.key("0.txt"), fixture.input.key("1.txt")], in: fixture.store,
            to: .file(ObjectKey("one.parquet"), in: fixture.store))
        #expect(alone.amounts?.upperFence == fences.upper)
    }

    @Test func aChangedPlanIsRefused() async throws {
        try await begin()
        var plan = IncrementalFixture.plan
        plan.maximumDroppedShare = 0.9
        #expect(try await fixture.clean(plan: plan).increment?.action == .unchanged)
        plan.outliers = .none
        let error = try await refused(plan: plan)
        #expect(error == .changedPlan(folder: "memory://s/clean", difference: "outliers log-iqr:3:upper, now none"))
        plan = IncrementalFixture.plan
        plan.unknownCustomers = []
        guard case .changedPlan = try await refused(plan: plan) else {
            Issue.record("the plan was taken")
            return
        }
        plan.repairsTimeDays = true
        plan.outliers = .none
        let report = try await fixture.clean(.rebuild, plan: plan)
        #expect(report.increment?.action == .rebuilt && report.increment?.fences?.upper == nil)
        #expect(report[.amountOutlier].rows == 0)
        plan.duplicates = .wholeRow
        guard case .unsupportedPlan = try await refused(plan: plan) else {
            Issue.record("whole rows are not remembered")
            return
        }
    }

    @Test func damagedStateIsRefused() async throws {
        try await begin()
        let key = try fixture.output.key("_incremental/state.json")
        let state = try await fixture.store.read(key)
        var random = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            var damaged = state
            let position = Int.random(in: 0..<state.count, using: &random)
            damaged[position] ^= 1 << UInt8.random(in: 0..<7, using: &random)
            try await fixture.store.put(damaged, to: key)
            let error = try await refused()
            guard case .damagedState("memory://s/clean/_incremental/state.json", _) = error else {
                // A higher number of the version is told apart from damage only by a checksum that is not known.
                guard case .newerState = error else {
                    Issue.record("position \(position): \(String(describing: error))")
                    return
                }
                continue
            }
        }
        for cut in [0, 1, state.count / 2, state.count - 2] {
            try await fixture.store.put(Array(state[..<cut]), to: key)
            guard case .damagedState = try await refused() else {
                Issue.record("cut at \(cut)")
                return
            }
        }
        let text = String(decoding: state, as: UTF8.self)
        try await fixture.store.put(Array(text.replacing("\"version\" : 1", with: "\"version\" : 9").utf8), to: key)
        #expect(
            try await refused()
                == .newerState(object: "memory://s/clean/_incremental/state.json", version: 9, known: 2))
        #expect(try await fixture.clean(.rebuild).increment?.action == .rebuilt)
        #expect(try await fixture.clean().increment?.action == .unchanged)
    }

    @Test func damagedIDsAreRefused() async throws {
        try await begin()
        let name = try #require(try await fixture.objects().keys.first { $0.contains("/ids-") })
        let key = try ObjectKey(name)
        let ids = try await fixture.store.read(key)
        try await fixture.add(texts[2], "2.txt")
        for change in [{ $0.removeLast() }, { $0[20] ^= 1 }, { $0[$0.count - 40] ^= 4 }] as [(inout [UInt8]) -> Void] {
            var damaged = ids
            change(&damaged)
            try await fixture.store.put(damaged, to: key)
            guard case .damagedState("memory://s/\(name)", _) = try await refused() else {
                Issue.record("damage is not found")
                return
            }
        }
        try await fixture.store.delete(key)
        #expect(try await refused() == .damagedState(object: "memory://s/\(name)", reason: "it is not there"))
        #expect(try await fixture.clean(.rebuild).increment?.files == 3)
    }

    @Test func changesByOtherWritersAreFound() async throws {
        try await begin()
        let part = try fixture.output.key("part-00001-increment.parquet")
        let bytes = try await fixture.store.read(part)
        try await fixture.store.delete(part)
        guard case .changedDataSet(_, let gone) = try await refused() else {
            Issue.record("the missing file is not missed")
            return
        }
        #expect(gone == "the data file part-00001-increment.parquet of run 1 is gone")
        try await fixture.store.put(bytes + [0], to: part)
        guard case .changedDataSet = try await refused() else {
            Issue.record("another file is taken")
            return
        }
        try await fixture.store.put(bytes, to: part)
        try await fixture.store.put(bytes, to: fixture.output.key("part-9.parquet"))
        guard case .changedDataSet = try await refused() else {
            Issue.record("a file too many is taken")
            return
        }
        try await fixture.store.put(bytes, to: fixture.output.key("mine.parquet"))
        await #expect(throws: DataSetError.occupied(location: "memory://s/clean", file: "mine.parquet")) {
            try await fixture.clean(.rebuild)
        }
        try await fixture.store.delete(fixture.output.key("mine.parquet"))
        #expect(try await fixture.clean(.rebuild).increment?.action == .rebuilt)
        // Data without a state belong to another writer.
        try await fixture.store.delete(fixture.output.key("_incremental/state.json"))
        guard case .changedDataSet = try await refused() else {
            Issue.record("data of unknown origin are added to")
            return
        }
    }

    @Test func foldersOfIncrementalCleaningAreNoOtherOutputs() async throws {
        try await begin()
        await #expect(throws: IncrementalCleaningError.incrementalDataSet(folder: "memory://s/clean")) {
            try await Cleaner().clean([InMemoryInput([])], to: .location(fixture.output))
        }
        let file = StorageLocation(store: fixture.store, uri: try StorageURI("memory://s/clean.parquet"))
        await #expect(throws: IncrementalCleaningError.noFolder(output: file.description)) {
            try await IncrementalCleaner().clean(fixture.input, to: file)
        }
        await #expect(throws: IncrementalCleaningError.noRejectFolder(rejects: file.description)) {
            try await IncrementalCleaner().clean(fixture.input, to: fixture.output, rejects: file)
        }
    }

    @Test func tooMuchDroppedPublishesNothing() async throws {
        try await begin()
        let before = try await fixture.objects()
        try await fixture.add(texts[0], "9.txt")
        var plan = IncrementalFixture.plan
        plan.maximumDroppedShare = 0.5
        let error = await #expect(throws: CleaningError.self) { try await fixture.clean(plan: plan) }
        guard case .droppedTooMuch(let report) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(report.rulesBeyondLimit.contains(.duplicate) && report.outputs.isEmpty)
        #expect(try await fixture.objects() == before)
    }

    @Test func aFileWithoutRowsIsDone() async throws {
        try await fixture.add(CleanerTests.header, "0.txt")
        await #expect(throws: CleaningError.emptyInput(inputs: ["memory://s/raw/0.txt"])) { try await fixture.clean() }
        #expect(try await fixture.objects().isEmpty)
        try await fixture.add(texts[0], "1.txt")
        try await fixture.clean()
        try await fixture.add(CleanerTests.header, "2.txt")
        let report = try await fixture.clean()
        #expect(report.rowsRead == 0 && report.increment?.action == .appended && report.increment?.files == 3)
        #expect(try await fixture.clean().increment?.action == .unchanged)
        #expect(try await fixture.rows().rowCount == report.increment?.totalRowsKept)
    }
}
