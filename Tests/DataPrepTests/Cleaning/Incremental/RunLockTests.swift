import DataPrep
import Foundation
import Parallelism
import StorageIO
import TestSupport
import Testing

/// One run at a time, whichever process dies.
@Suite struct RunLockTests {
    private func lock(_ fields: String, renewed: Double) -> [UInt8] {
        Array("{\"process\":{\(fields)},\"renewed\":\(renewed),\"run\":\"abc\",\"since\":\(renewed)}".utf8)
    }

    @Test func theSecondOfTwoRunsIsRefusedByName() async throws {
        let fixture = try IncrementalFixture()
        try await fixture.add(IncrementalFixture.texts(files: 1, rows: 500, seed: 1)[0], "0.txt")
        let refusal = Lock<IncrementalCleaningError?>(nil)
        // The second starts when the first one is about to finish its data file.
        let part = try fixture.output.key("part-00001-increment.parquet")
        fixture.before({ $0 == .append(part) }) { _ in
            do {
                try await fixture.clean()
            } catch let error as IncrementalCleaningError {
                refusal.withLock { $0 = error }
            }
        }
        #expect(try await fixture.clean().rowsRead == 500)
        guard case .running("memory://s/clean", let holder) = refusal.withLock({ $0 }) else {
            Issue.record("the second run was not refused")
            return
        }
        #expect(holder.contains("process \(getpid()) on ") && holder.contains("run "))
        #expect(try await fixture.clean().increment?.action == .unchanged)
        #expect(try await fixture.objects().keys.allSatisfy { !$0.contains("/lock-") })
    }

    @Test func locksOfDeadProcessesAreTakenOver() async throws {
        let fixture = try IncrementalFixture()
        try await fixture.add(IncrementalFixture.texts(files: 1, rows: 100, seed: 1)[0], "0.txt")
        let now = Date().timeIntervalSince1970
        let key = try fixture.output.key("_incremental/lock-41.json")
        // Another host, a moment ago.
        try await fixture.store.put(lock("\"host\":\"far\",\"process\":7", renewed: now), to: key)
        let error = await #expect(throws: IncrementalCleaningError.self) { try await fixture.clean() }
        guard case .running("memory://s/clean", let holder) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(holder.contains("run abc of process 7 on far") && holder.contains("takes over"))
        // Another host, long ago.
        try await fixture.store.put(lock("\"host\":\"far\",\"process\":7", renewed: now - 301), to: key)
        #expect(try await fixture.clean().increment?.action == .created)
        #expect(try await fixture.objects().keys.allSatisfy { !$0.contains("/lock-") })
    }

    @Test func aProcessOfThisMachineIsAskedForItself() async throws {
        let fixture = try IncrementalFixture()
        try await fixture.add(IncrementalFixture.texts(files: 1, rows: 100, seed: 1)[0], "0.txt")
        let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let namespace = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        func fields(_ process: Int32, _ started: String) -> String {
            "\"host\":\"here\",\"process\":\(process),\"scope\":\"\(boot) \(namespace)\",\"started\":\"\(started)\""
        }
        let now = Date().timeIntervalSince1970
        let key = try fixture.output.key("_incremental/lock-1.json")
        let child = Process()
        child.executableURL = URL(filePath: "/bin/sleep")
        child.arguments = ["600"]
        // Should the tests die, whoever reads their output does not wait for it.
        (child.standardOutput, child.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try child.run()
        let number = child.processIdentifier
        let status = try String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)
        let started = String(try #require(status.split(separator: ")").last).split(separator: " ")[19])
        // However old its last renewal is: the process is running.
        try await fixture.store.put(lock(fields(number, started), renewed: now - 10_000), to: key)
        await #expect(throws: IncrementalCleaningError.self) { try await fixture.clean() }
        // Another process had that number.
        try await fixture.store.put(lock(fields(number, "1"), renewed: now), to: key)
        #expect(try await fixture.clean().increment?.action == .created)
        kill(number, SIGKILL)
        child.waitUntilExit()
        try await fixture.add(IncrementalFixture.texts(files: 2, rows: 100, seed: 1)[1], "1.txt")
        try await fixture.store.put(lock(fields(number, started), renewed: now), to: key)
        #expect(try await fixture.clean().increment?.action == .appended)
    }

    @Test func aRunThatWasTakenOverAddsNothing() async throws {
        let fixture = try IncrementalFixture()
        let texts = IncrementalFixture.texts(files: 1, rows: 2000, seed: 1)
        try await fixture.add(texts[0], "0.txt")
        let key = try fixture.output.key("_incremental/lock-2.json")
        let bytes = lock("\"host\":\"far\",\"process\":7", renewed: Date().timeIntervalSince1970)
        let part = try fixture.output.key("part-00001-increment.parquet")
        fixture.before({ $0 == .append(part) }) { _ in try await fixture.store.put(bytes, to: key) }
        let error = await #expect(throws: IncrementalCleaningError.self) { try await fixture.clean() }
        #expect(error == .takenOver(folder: "memory://s/clean"))
        #expect(try await fixture.objects().keys.allSatisfy { !$0.contains("part-") })
    }
}
