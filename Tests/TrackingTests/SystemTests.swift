import Foundation
import TestSupport
import Testing
import Tracking

/// What is told about the machine and the source code.
@Suite struct SystemTests {
    @Test(.needs(.python)) func metricsAreThoseOfTheSystem() async throws {
        let folder = try TemporaryFolder()
        var metrics = SystemMetrics(folder: folder.url.path(percentEncoded: false))
        var sum = 0.0
        for number in 0..<20_000_000 { sum += Double(number).squareRoot() }
        let values = metrics.sample()
        struct Response: Decodable {
            var memory: Double
            var disk: [Double]
        }
        let response = try Oracle.json(
            Response.self,
            """
            import json, os, shutil, sys
            total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
            disk = shutil.disk_usage(sys.argv[1])
            print(json.dumps({"memory": total / 1e6, "disk": [disk.used / 1e6, disk.free / 1e6]}))
            """, [folder.url.path(percentEncoded: false)])
        func value(_ name: String) throws -> Double { try #require(values["system/\(name)"], "\(name)") }
        #expect(sum > 0)
        let utilization = try value("cpu_utilization_percentage")
        #expect((1...100).contains(utilization))
        let used = try value("system_memory_usage_megabytes")
        #expect(used > 50 && used < response.memory)
        #expect(try abs(value("system_memory_usage_percentage") - 100 * used / response.memory) < 5)
        #expect(try (5...20_000).contains(value("process_memory_usage_megabytes")))
        #expect(try abs(value("disk_usage_megabytes") - response.disk[0]) < 0.02 * (response.disk[0] + 1000))
        #expect(try abs(value("disk_available_megabytes") - response.disk[1]) < 0.02 * (response.disk[1] + 1000))
        #expect(try value("network_receive_megabytes") >= 0 && value("network_transmit_megabytes") >= 0)
    }

    @Test func samplesGoToARunUntilTheyAreStopped() async throws {
        let folder = try TemporaryFolder()
        let client = try await TrackingClient.open("sqlite:///\(folder.path("a.db"))")
        let run = try await client.experiment(named: "e").startRun()
        let watch = Task {
            try await SystemMetrics.watch(every: .milliseconds(20)) { values, step in
                try await run.log(metrics: values, step: step)
            }
        }
        while try await run.history(of: "system/disk_usage_percentage").all().count < 3 {
            try await Task.sleep(for: .milliseconds(5))
        }
        watch.cancel()
        await #expect(throws: CancellationError.self) { try await watch.value }
        let steps = try await run.history(of: "system/disk_usage_percentage").all().map(\.step)
        #expect(steps == (0..<Int64(steps.count)).map { $0 })
        try await client.close()
    }

    @Test func commitsAreThoseThatGitNames() throws {
        let folder = try TemporaryFolder()
        let repository = folder.path("repository")
        @discardableResult
        func git(_ arguments: String...) throws -> String {
            try Oracle.execute(
                "/usr/bin/env", ["git", "-C", repository, "-c", "user.name=a", "-c", "user.email=a@b"] + arguments
            ).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        try FileManager.default.createDirectory(atPath: repository + "/deep/er", withIntermediateDirectories: true)
        #expect(GitCommit.current(ofRepositoryAround: repository) == nil)
        try git("init", "-q")
        #expect(GitCommit.current(ofRepositoryAround: repository) == nil)
        try git("commit", "-q", "--allow-empty", "-m", "one")
        let first = try git("rev-parse", "HEAD")
        #expect(GitCommit.current(ofRepositoryAround: repository + "/deep/er") == first)
        try git("commit", "-q", "--allow-empty", "-m", "two")
        let second = try git("rev-parse", "HEAD")
        try git("pack-refs", "--all")
        #expect(GitCommit.current(ofRepositoryAround: repository) == second && first != second)
        try git("worktree", "add", "-q", "-b", "side/branch", folder.path("tree"), first)
        #expect(GitCommit.current(ofRepositoryAround: folder.path("tree")) == first)
        try git("checkout", "-q", "--detach", first)
        #expect(GitCommit.current(ofRepositoryAround: repository) == first)
    }
}
