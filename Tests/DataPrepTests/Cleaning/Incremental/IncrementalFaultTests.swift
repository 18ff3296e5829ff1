import Columnar
import DataPrep
import Foundation
import StorageIO
import TestSupport
import Testing

/// A run that is killed at any step, or meets a failure there, and is run again gives what an undisturbed run gives.
@Suite struct IncrementalFaultTests {
    private static let texts = IncrementalFixture.texts(files: 2, rows: 80, seed: 11)

    private func begun() async throws -> IncrementalFixture {
        let fixture = try IncrementalFixture()
        try await fixture.add(Self.texts[0], "0.txt")
        try await fixture.clean()
        try await fixture.add(Self.texts[1], "1.txt")
        return fixture
    }

    /// Runs with that fault at every step, or at some of the steps, and then undisturbed.
    private func everyStep(
        _ mode: IncrementalCleaner.Mode, stride: Int = 1, _ weather: (Int) -> IncrementalFixture.Weather
    ) async throws {
        let undisturbed = try await begun()
        let before = try await undisturbed.rows()
        undisturbed.set(.fair)
        try await undisturbed.clean(mode)
        let steps = undisturbed.operations
        #expect(steps > 30)
        let after = try await undisturbed.rows(), objects = try await undisturbed.objects()
        // A run that follows changes nothing.
        #expect(try await undisturbed.clean().increment?.action == .unchanged)
        var outcomes: Set<String> = []
        for step in Swift.stride(from: 1, through: steps, by: stride) {
            let fixture = try await begun()
            fixture.set(weather(step))
            let hasFailed: Bool
            do {
                try await fixture.clean(mode)
                hasFailed = false
            } catch {
                hasFailed = true
            }
            fixture.set(.fair)
            // Readers of data sets, and those that only list.
            let seen = try await fixture.rows()
            #expect(seen == before || seen == after, "step \(step)")
            if !hasFailed { #expect(seen == after, "step \(step)") }
            // The data file decides, also where readers of a data set that was built again are still pointed to the one before.
            let parts = try await fixture.objects().keys.filter { $0.hasPrefix("clean/part-") }
            let isDone = parts.contains("clean/part-00002-increment.parquet")
            outcomes.insert("\(hasFailed) \(isDone)")
            if mode == .append { #expect(isDone == (seen == after) && parts.count == (isDone ? 2 : 1), "step \(step)") }
            // The next run of a schedule adds what is new, whatever the killed one was to do.
            if !isDone, mode != .append { try await fixture.clean(mode) }
            try await fixture.clean()
            #expect(try await fixture.rows() == after, "step \(step)")
            #expect(try await fixture.objects() == objects, "step \(step)")
            let report = try await fixture.clean()
            #expect(report.increment?.action == .unchanged, "step \(step)")
        }
        // There were runs that failed before the data file appeared, and runs that had done it by then.
        #expect(outcomes.contains("true false") && outcomes.contains("false true"), "\(outcomes)")
    }

    @Test(arguments: [IncrementalCleaner.Mode.append, .rebuild, .refitFences])
    func deathAtEveryStep(mode: IncrementalCleaner.Mode) async throws {
        try await everyStep(mode, stride: mode == .append ? 1 : 2) { .death(after: $0 - 1) }
    }

    @Test(arguments: [IncrementalCleaner.Mode.append, .rebuild])
    func aFailureAtEveryStep(mode: IncrementalCleaner.Mode) async throws {
        try await everyStep(mode, stride: 2) { .failure(of: $0) }
    }

    @Test func cancellingAtAnyTime() async throws {
        let fixture = try await begun()
        let before = try await fixture.objects()
        for delay in [0, 1, 5, 10, 20, 40] {
            let task = Task { try await fixture.clean() }
            try await Task.sleep(for: .milliseconds(delay))
            task.cancel()
            let isDone = (try? await task.value) != nil
            if isDone { break }
            #expect(try await fixture.objects() == before, "\(delay)")
        }
        try await fixture.clean()
        let report = try await fixture.clean()
        let expected = try await fixture.oneRun(["0.txt", "1.txt"], fences: report.increment?.fences)
        #expect(try await fixture.rows() == expected.rows)
    }

    @Test func aFullStoreKeepsWhatIsThere() async throws {
        // Space for the inputs, the first run, and a part of the second.
        let used = try await begun()
        var size = 0
        for try await object in used.store.list(prefix: "") { size += Int(object.size) }
        for room in stride(from: 500, through: 24_000, by: 1500) {
            let fixture = try IncrementalFixture(capacity: size + room)
            try await fixture.add(Self.texts[0], "0.txt")
            try await fixture.clean()
            try await fixture.add(Self.texts[1], "1.txt")
            let before = try await fixture.objects(), rows = try await fixture.rows()
            do {
                try await fixture.clean()
            } catch let error as ObjectStoreError {
                #expect(error.code == .noSpace)
                #expect(try await fixture.rows() == rows)
                #expect(try await fixture.objects() == before)
            }
        }
    }

    /// A real disk of 256 KiB; mounting it takes the rights of root.
    @Test(.needs(.mounting)) func aFullDiskKeepsWhatIsThere() async throws {
        let folder = try TemporaryFolder()
        let disk = folder.path("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        try Oracle.execute("/usr/bin/env", ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk])
        defer { _ = try? Oracle.execute("/usr/bin/env", ["umount", disk]) }
        let raw = try LocalObjectStore(folder: folder.path("raw"))
        let stores = ObjectStoreRegistry()
        let input = try stores.resolve(folder.path("raw/")), output = try stores.resolve(disk + "/clean/")
        let cleaner = IncrementalCleaner(plan: IncrementalFixture.plan)
        try await raw.put(Array(Self.texts[0].utf8), to: ObjectKey("0.txt"))
        _ = try await cleaner.clean(input, to: output)
        let rows = try await IncrementalFixture.rows(output)
        try await raw.put(
            Array(IncrementalFixture.texts(files: 1, rows: 30_000, seed: 4)[0].utf8), to: ObjectKey("1.txt"))
        let filler = try LocalObjectStore(folder: disk)
        try await filler.put([UInt8](repeating: 1, count: 150 << 10), to: ObjectKey("filler"))
        let error = await #expect(throws: ObjectStoreError.self) { try await cleaner.clean(input, to: output) }
        #expect(error?.code == .noSpace)
        #expect(try await IncrementalFixture.rows(output) == rows)
        try Oracle.execute("/usr/bin/env", ["mount", "-o", "remount,size=8m", disk])
        let report = try await cleaner.clean(input, to: output)
        #expect(report.increment?.action == .appended)
        #expect(try await IncrementalFixture.rows(output).rowCount == report.increment?.totalRowsKept)
    }
}
