import Columnar
import Foundation
import Parallelism
import StorageIO
import TestSupport
import Testing

/// Outputs to special files, and leftovers of killed writers.
@Suite struct StoresLocalOutputTests {
    private let folder: TemporaryFolder
    private let stores = ObjectStoreRegistry()

    init() throws { folder = try TemporaryFolder() }

    private func put(_ text: String, _ name: String, ifAbsent: Bool = false) async throws {
        let location = try stores.resolve(folder.path(name))
        try await location.store.put(Array(text.utf8), to: location.key(), options: WriteOptions(ifAbsent: ifAbsent))
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: folder.path(name), encoding: .utf8)
    }

    private func kind(_ name: String) throws -> FileAttributeType? {
        try FileManager.default.attributesOfItem(atPath: folder.path(name))[.type] as? FileAttributeType
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: folder.path(name), withDestinationPath: target)
    }

    private func names(_ name: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(name)).sorted()
    }

    /// Runs a command on a thread of its own: it waits for the test, which would have no thread left to go on with.
    private func shell(_ command: String) -> Task<Void, any Error> {
        Task {
            try await onDedicatedThread(named: "shell") { _ in _ = try Oracle.execute("/bin/sh", ["-c", command]) }
        }
    }

    private func code(_ body: () async throws -> Void) async -> ObjectStoreError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? ObjectStoreError)?.code
        }
    }

    @Test func linksAreWrittenThrough() async throws {
        try await put("old", "real/file")
        try link("link", to: "real/file")
        try link("second", to: folder.path("link"))
        try await put("new", "second")
        #expect(try text("real/file") == "new")
        #expect(try kind("link") == .typeSymbolicLink && kind("second") == .typeSymbolicLink)
        #expect(try names("real") == ["file"])
        // A broken link creates the file, as a shell's `>` does, but not its folder.
        try link("dangling", to: "real/made")
        try await put("made", "dangling")
        #expect(try text("real/made") == "made" && kind("dangling") == .typeSymbolicLink)
        try link("astray", to: "nowhere/file")
        #expect(await code { try await put("x", "astray") } == .notFound)
        try link("loop", to: "pool")
        try link("pool", to: "loop")
        #expect(await code { try await put("x", "loop") } == .permissionDenied)
        try link("folder", to: "real")
        #expect(await code { try await put("x", "folder") } == .invalidKey)
        #expect(await code { try await put("x", "dangling", ifAbsent: true) } == .alreadyExists)
        #expect(await code { try await put("x", "loop", ifAbsent: true) } == .alreadyExists)
        try await put("below", "folder/deep/file")
        #expect(try text("real/deep/file") == "below")
        #expect(try !names().contains("nowhere"))
    }

    @Test(.timeLimit(.minutes(2)))
    func pipesTakeTheBytesAndStay() async throws {
        try Oracle.execute("/usr/bin/env", ["mkfifo", folder.path("pipe")])
        let content = String(repeating: "0123456789", count: 30_000)
        for name in ["pipe", "link"] {
            if name == "link" { try link("link", to: "pipe") }
            let reader = shell("cat '\(folder.path("pipe"))' > '\(folder.path("read"))'")
            try await put(content, name)
            _ = try await reader.value
            #expect(try text("read") == content)
            #expect(try kind("pipe")?.rawValue == "NSFileTypeFifo" || kind("pipe") == .typeUnknown)
        }
        // Without a reader the writer waits, and can be cancelled.
        let waiting = Task { try await put("x", "pipe") }
        try await Task.sleep(for: .milliseconds(100))
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        // A reader that goes away is an error. (The programs ignore SIGPIPE as well.)
        signal(SIGPIPE, SIG_IGN)
        let brief = shell("head -c 5 '\(folder.path("pipe"))' > /dev/null")
        await #expect(throws: ObjectStoreError.self) {
            try await put(String(repeating: "x", count: 1_000_000), "pipe")
        }
        _ = try await brief.value
        #expect(try names() == ["link", "pipe", "read"])
    }

    /// A node of our own, never the system's: creating it requires root.
    @Test(.needs(.makingDevices)) func devicesTakeTheBytesAndStay() async throws {
        try Oracle.execute("/usr/bin/env", ["mknod", folder.path("null"), "c", "1", "3"])
        try Oracle.execute("/usr/bin/env", ["mknod", folder.path("full"), "c", "1", "7"])
        try await put("text", "null")
        #expect(try kind("null") == .typeCharacterSpecial && names() == ["full", "null"])
        #expect(await code { try await put("text", "full") } == .noSpace)
        #expect(try kind("full") == .typeCharacterSpecial)
        let location = try stores.resolve(folder.path("null"))
        try await location.store.delete(location.key())
        #expect(try kind("null") == .typeCharacterSpecial)
        // A caller who names a folder does not mean a device in it.
        let confined = try LocalObjectStore(folder: folder.path(""))
        #expect(await code { try await confined.put([1], to: ObjectKey("null")) } == .invalidKey)
    }

    @Test(.needs(.python)) func socketsAreRefused() async throws {
        try Oracle.run(
            "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])", [folder.path("socket")])
        #expect(await code { try await put("x", "socket") } == .invalidKey)
        #expect(try kind("socket") == .typeSocket && names() == ["socket"])
    }

    @Test func theNextWriterRemovesLeftoversOfAKilledOne() async throws {
        let location = try stores.resolve(folder.path("out/a"))
        let living = try await location.store.write(location.key())
        let name = try #require(try names("out").first)
        await living.abort()
        #expect(try names("out").isEmpty)
        for leftover in [name, name.dropLast() + "1"] {
            try "half".write(toFile: folder.path("out/\(leftover)"), atomically: false, encoding: .utf8)
        }
        try "other".write(toFile: folder.path("out/.unfinished-other"), atomically: false, encoding: .utf8)
        try await put("whole", "out/a")
        #expect(try names("out") == [".unfinished-other", "a"])
        // Files of running writers stay, however many.
        var writers: [any ObjectWriter] = []
        for number in 0..<12 {
            let writer = try await location.store.write(location.key())
            try await writer.write([UInt8](repeating: UInt8(number), count: 300_000))
            writers.append(writer)
        }
        #expect(try names("out").count == 14)
        for writer in writers { try await writer.finish() }
        #expect(try names("out") == [".unfinished-other", "a"])
        #expect(try await location.store.read(location.key()) == [UInt8](repeating: 11, count: 300_000))
    }

    /// `/proc` returns "no such file" for every new file in an existing folder.
    @Test(.timeLimit(.minutes(1)))
    func fileSystemsWithoutNewFilesAreOneError() async throws {
        for path in ["/proc/antifraud-test.csv", "/proc/antifraud-test/deep/file.csv"] {
            let location = try stores.resolve(path)
            let error = await #expect(throws: ObjectStoreError.self) {
                try await location.store.put([1], to: location.key())
            }
            #expect(error?.location.hasPrefix("/proc/antifraud-test") == true, "\(String(describing: error))")
        }
    }

    // MARK: Outputs that are inputs

    private func conflict(_ output: String, _ inputs: String...) async throws -> Bool {
        do {
            try await stores.resolve(output).checkOutput(doesNotReplace: inputs.map { try stores.resolve($0) })
            return false
        } catch is OutputConflict {
            return true
        }
    }

    @Test func outputsThatAreInputsAreRefused() async throws {
        try await put("data", "data/a.csv")
        try await put("more", "data/b.csv")
        try await put("else", "else.csv")
        let data = folder.path("data/a.csv")
        try link("link.csv", to: "data/a.csv")
        try link("linked", to: "data")
        try FileManager.default.linkItem(atPath: data, toPath: folder.path("hard.csv"))
        for output in [
            data, folder.path("data/../data/./a.csv"), "file://" + data, folder.path("link.csv"),
            folder.path("linked/a.csv"), folder.path("hard.csv"), folder.path("data/"), folder.path("data"),
            folder.path("linked/"), folder.path(""),
        ] {
            #expect(try await conflict(output, folder.path("else.csv"), data), "\(output)")
        }
        for input in [folder.path("data/"), folder.path("data/*.csv"), folder.path("linked/"), folder.path("**")] {
            #expect(try await conflict(data, input), "\(input)")
        }
        for output in ["else.csv", "new.csv", "data/new.csv", "data/c/", "new/"] {
            #expect(try await !conflict(folder.path(output), data), "\(output)")
            if output != "else.csv" {
                #expect(try await !conflict(folder.path(output), folder.path("data/")), "\(output)")
            }
        }
        #expect(try await !conflict(folder.path("else.csv"), folder.path("missing.csv")))

        let memory = try stores.resolve("memory://t/in/a")
        try await memory.store.put([1], to: memory.key())
        #expect(try await conflict("memory://t/in/a", "memory://t/in/"))
        #expect(try await conflict("memory://t/in/a", "memory://t/in/*"))
        #expect(try await conflict("memory://t/in/", "memory://t/in/a"))
        #expect(try await conflict("memory://t/in/a", "memory://t/in/a"))
        #expect(try await !conflict("memory://t/in/b", "memory://t/in/"))
        #expect(try await !conflict("memory://t/inn", "memory://t/in/a"))
        #expect(try await !conflict("memory://u/in/a", "memory://t/in/a"))
        #expect(try await !conflict(folder.path("else.csv"), "memory://t/in/a"))
    }

    @Test func copiesOntoThemselvesAreRefused() async throws {
        try await put("data", "data/a")
        try FileManager.default.linkItem(atPath: folder.path("data/a"), toPath: folder.path("hard"))
        try link("linked", to: "data")
        for destination in ["hard", "data/", "data/a", "linked/"] {
            await #expect(throws: OutputConflict.self, "\(destination)") {
                try await Transfer(
                    from: stores.resolve(folder.path("data/a")), to: stores.resolve(folder.path(destination))
                ).run()
            }
        }
        await #expect(throws: TransferError.self) {
            try await Transfer(
                from: stores.resolve(folder.path("data/")), to: stores.resolve(folder.path("linked/deeper/"))
            ).run()
        }
        #expect(try text("data/a") == "data" && names("data") == ["a"])
    }

    // MARK: Pipes as inputs

    @Test(.timeLimit(.minutes(2)))
    func pipesAreReadToTheirEnd() async throws {
        try Oracle.execute("/usr/bin/env", ["mkfifo", folder.path("pipe")])
        let rows = (0..<20_000).map { "\($0),\($0 % 7).5" }
        try (["id,amount"] + rows).joined(separator: "\n").write(
            toFile: folder.path("rows.csv"), atomically: false, encoding: .utf8)
        let writer = shell("cat '\(folder.path("rows.csv"))' > '\(folder.path("pipe"))'")
        let dataSet = try await DataSet.open(stores.resolve(folder.path("pipe")))
        _ = try await writer.value
        var count = 0
        for try await batch in dataSet.batches() { count += batch.rowCount }
        #expect(count == 20_000 && dataSet.schema.names == ["id", "amount"])

        let again = shell("cat '\(folder.path("rows.csv"))' > '\(folder.path("pipe"))'")
        let report = try await Transfer(
            from: stores.resolve(folder.path("pipe")), to: stores.resolve(folder.path("copy.csv"))
        ).run()
        _ = try await again.value
        #expect(report.copied.count == 1)
        #expect(try text("copy.csv") == text("rows.csv"))

        let waiting = Task { try await DataSet.open(stores.resolve(folder.path("pipe"))) }
        try await Task.sleep(for: .milliseconds(100))
        waiting.cancel()
        await #expect(throws: CancellationError.self) { _ = try await waiting.value }
    }
}
