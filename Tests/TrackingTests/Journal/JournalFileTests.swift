import Foundation
import TestSupport
import Testing
import Tracking

/// Journals whose bytes are not as they were written.
@Suite struct JournalFileTests {
    private struct Offline: Error {}

    /// A journal of a process that has ended, with 40 values, and its only segment.
    private func abandoned(in folder: TemporaryFolder) async throws -> URL {
        let journal = try TrackingJournal(folder: folder.path("j")) { throw Offline() }
        let run = try journal.startRun(experiment: "e", name: "r")
        for step in 0..<40 { try run.log(metric: "m", Double(step), step: Int64(step)) }
        #expect(await journal.close(within: .zero) == false)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("j"))
        let name = try #require(names.first { $0.hasSuffix(".journal") })
        return URL(filePath: folder.path("j/\(name)"))
    }

    private func replay(_ folder: TemporaryFolder, _ database: String) async throws -> [TrackingJournal.Replay] {
        try await TrackingJournal.replay(folder: folder.path("j")) {
            try await TrackingClient.open("sqlite:///\(folder.path(database))")
        }
    }

    private func steps(_ folder: TemporaryFolder, _ database: String) async throws -> [Int64] {
        let client = try await TrackingClient.open("sqlite:///\(folder.path(database))")
        var steps: [Int64] = []
        for run in try await client.runs(inExperiments: nil).all() {
            steps += try await client.run(id: run.id).history(of: "m").all().map(\.step)
        }
        try await client.close()
        return steps
    }

    @Test func anEndThatWasCutOffCostsOnlyTheLastEntry() async throws {
        for cut in [1, 7, 20, 31] {
            let folder = try TemporaryFolder()
            let segment = try await abandoned(in: folder)
            let bytes = try Data(contentsOf: segment)
            try bytes.dropLast(cut).write(to: segment)
            #expect(try await replay(folder, "a.db").map(\.isDelivered) == [true])
            let steps = try await steps(folder, "a.db")
            #expect(steps == (0..<Int64(steps.count)).map { $0 } && (38...39).contains(steps.count))
        }
    }

    /// A process that was killed leaves allocated space behind that it had not used yet.
    @Test(arguments: [1, 8, 4_000, 1 << 20, 3 << 20 + 5])
    func zerosAfterTheLastEntryAreIgnored(count: Int) async throws {
        let folder = try TemporaryFolder()
        let segment = try await abandoned(in: folder)
        let bytes = try Data(contentsOf: segment)
        try (bytes + Data(count: count)).write(to: segment)
        #expect(try await replay(folder, "a.db").map(\.isDelivered) == [true])
        #expect(try await steps(folder, "a.db") == Array(0..<40))
    }

    /// Killed while it copied the entry: the header is there, and some of what follows.
    @Test(arguments: [1, 7, 20])
    func anEntryThatWasBeingCopiedIsIgnored(torn: Int) async throws {
        let folder = try TemporaryFolder()
        let segment = try await abandoned(in: folder)
        let bytes = try Data(contentsOf: segment)
        try (bytes.dropLast(torn) + Data(count: 5_000)).write(to: segment)
        #expect(try await replay(folder, "a.db").map(\.isDelivered) == [true])
        let steps = try await steps(folder, "a.db")
        #expect(steps == (0..<Int64(steps.count)).map { $0 } && (38...40).contains(steps.count))
    }

    @Test func zerosInTheMiddleAreDamage() async throws {
        let folder = try TemporaryFolder()
        let segment = try await abandoned(in: folder)
        var bytes = try Data(contentsOf: segment)
        bytes.insert(contentsOf: Data(count: 16), at: bytes.count / 2)
        try bytes.write(to: segment)
        let results = try await replay(folder, "a.db")
        #expect(results.count == 1 && results[0].isDelivered == false)
        #expect(results[0].error?.contains("the entry at byte") == true)
    }

    /// More than is mapped at once, more than a segment holds, and entries too large to be mapped between small ones.
    @Test func entriesOfAllSizesInSeveralSegments() async throws {
        let folder = try TemporaryFolder()
        let options = JournalOptions(segmentBytes: 3 << 20)
        let journal = try TrackingJournal(folder: folder.path("j"), options: options) { throw Offline() }
        let run = try journal.startRun(experiment: "e", name: "r")
        for step in 0..<60_000 {
            try run.log(metric: "m", Double(step), step: Int64(step))
            if step % 10_000 == 5_000 {
                try run.log(artifact: [UInt8](repeating: UInt8(step / 10_000), count: 200_000 + step), as: "a\(step)")
                try run.setTag("t\(step)", String(repeating: "x", count: 5_000))
            }
        }
        let size = try FileManager.default.contentsOfDirectory(atPath: folder.path("j")).filter {
            $0.hasSuffix(".journal")
        }
        #expect(size.count > 1)
        #expect(await journal.close(within: .zero) == false)
        #expect(try await replay(folder, "a.db").map(\.isDelivered) == [true])
        #expect(try await steps(folder, "a.db") == Array(0..<60_000))
        let client = try await TrackingClient.open("sqlite:///\(folder.path("a.db"))")
        let stored = try #require(try await client.runs(inExperiments: nil).all().first)
        #expect(stored.tags["t55000"]?.count == 5_000)
        for step in stride(from: 5_000, to: 60_000, by: 10_000) {
            let bytes = try await client.run(id: stored.id).artifacts.read("a\(step)")
            #expect(bytes == [UInt8](repeating: UInt8(step / 10_000), count: 200_000 + step))
        }
        try await client.close()
    }

    @Test func damageInTheMiddleIsReportedAndNothingIsDiscarded() async throws {
        let folder = try TemporaryFolder()
        let segment = try await abandoned(in: folder)
        var bytes = try Data(contentsOf: segment)
        bytes[bytes.count / 2] ^= 0x10
        try bytes.write(to: segment)
        let results = try await replay(folder, "a.db")
        #expect(results.count == 1 && results[0].isDelivered == false)
        #expect(results[0].error?.contains("the entry at byte") == true)
        #expect(results[0].error?.contains(segment.lastPathComponent) == true)
        #expect(try Data(contentsOf: segment) == bytes)
    }

    /// Any bytes: an error or a delivery, never a crash, and never a value that was not logged.
    @Test func mutatedJournalsNeverCrash() async throws {
        let source = try TemporaryFolder()
        let bytes = try Data(contentsOf: try await abandoned(in: source))
        var generator = SeededGenerator(seed: 3)
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path("j"), withIntermediateDirectories: true)
        var delivered = 0
        for round in 0..<150 {
            var mutated = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let at = Int.random(in: 0..<mutated.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: mutated[at] = UInt8.random(in: 0...255, using: &generator)
                case 1: mutated = mutated.prefix(at + 1)
                default: mutated.insert(UInt8.random(in: 0...255, using: &generator), at: at)
                }
            }
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path("j")) {
                try FileManager.default.removeItem(atPath: folder.path("j/\(name)"))
            }
            try mutated.write(to: URL(filePath: folder.path("j/x.00000001.journal")))
            try Data().write(to: URL(filePath: folder.path("j/x.lock")))
            let results = try await replay(folder, "a.db")
            #expect(results.count == 1, "round \(round)")
            delivered += results[0].isDelivered ? 1 : 0
        }
        #expect(delivered > 0 && delivered < 150)
        #expect(Set(try await steps(folder, "a.db")).isSubset(of: Set(0..<40)))
    }

    @Test func foldersThatCannotBeUsedAreReported() async throws {
        let folder = try TemporaryFolder()
        try Data().write(to: URL(filePath: folder.path("file")))
        #expect(throws: TrackingError.self) {
            _ = try TrackingJournal(folder: folder.path("file")) { throw Offline() }
        }
        await expect(.notFound) {
            _ = try await TrackingJournal.replay(folder: folder.path("none")) { throw Offline() }
        }
    }
}
