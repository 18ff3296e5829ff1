import Features
import DataPrep
import Foundation
import ModelKit
import Parallelism
import Scoring
import StorageIO
import TestSupport
import Testing

@Suite struct StoredModelTests {
    private func key(_ name: String) throws -> ObjectKey { try ObjectKey("models/one/\(name)") }

    private func names(_ store: InMemoryObjectStore) async throws -> [String] {
        var names: [String] = []
        for try await object in store.list(prefix: "models/one/") {
            names.append(String(object.key.path.dropFirst(11)))
        }
        return names
    }

    @Test func aModelComesBackAsItWas() async throws {
        let store = InMemoryObjectStore(name: "tests")
        let location = try ScoringFixture.location(store)
        let model = try ScoringFixture.model(threshold: 0.3)
        try await model.save(to: location)
        let restored = try await FraudModel.load(from: location)
        #expect(restored.features == model.features)
        #expect(restored.threshold == 0.3)
        #expect(restored.provenance == model.provenance)
        #expect(restored.state?.encoded() == model.state?.encoded())
        let batch = try ScoringFixture.batch(ScoringFixture.transactions(500, seed: 20, firstDay: 60))
        #expect(try await restored.score(batch) == model.score(batch))
        #expect(
            try await names(store) == [
                "MLmodel", "SHA256SUMS", "classifier/classifier.json", "classifier/trees.txt", "conda.yaml",
                "feature-state.bin", "input_example.json", "model.json", "model.onnx", "python_env.yaml",
                "requirements.txt", "serving_input_example.json",
            ])
    }

    @Test func theChecksumsAreThoseOfSha256sum() async throws {
        let folder = try TemporaryFolder()
        let store = try LocalObjectStore(folder: "/")
        let location = StorageLocation(store: store, uri: try StorageURI(folder.path("model")))
        try await ScoringFixture.model().save(to: location)
        let script = "cd \"$1\" && sha256sum --check --strict SHA256SUMS"
        let output = try Oracle.execute("/bin/sh", ["-c", script, "sh", folder.path("model")])
        #expect(output.split(separator: "\n").count == 11)
        try await ScoringFixture.model(rounds: 2).save(to: location)
        let again = try Oracle.execute("/bin/sh", ["-c", script, "sh", folder.path("model")])
        #expect(again.contains("2/model.json: OK"))
    }

    @Test func anyChangedByteIsNoticedAndItsFileNamed() async throws {
        let store = InMemoryObjectStore(name: "tests")
        let location = try ScoringFixture.location(store)
        try await ScoringFixture.model().save(to: location)
        for name in ["model.json", "classifier/trees.txt", "classifier/classifier.json", "feature-state.bin"] {
            let bytes = try await store.read(key(name))
            var damaged = bytes
            damaged[bytes.count / 2] ^= 1
            try await store.put(damaged, to: key(name))
            let error = await #expect(throws: StoredModelError.self) { try await FraudModel.load(from: location) }
            guard case .wrongChecksum(let file, _, _)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(file == "memory://tests/models/one/\(name)")
            try await store.delete(key(name))
            await #expect(throws: StoredModelError.missingFile("memory://tests/models/one/\(name)")) {
                try await FraudModel.load(from: location)
            }
            try await store.put(bytes, to: key(name))
        }
        _ = try await FraudModel.load(from: location)
    }

    @Test func withoutItsChecksumsAModelIsUnfinished() async throws {
        let store = InMemoryObjectStore(name: "tests")
        let location = try ScoringFixture.location(store)
        await #expect(throws: StoredModelError.unfinished(folder: "memory://tests/models/one")) {
            try await FraudModel.load(from: location)
        }
        try await ScoringFixture.model().save(to: location)
        try await store.put(Array("nonsense\n".utf8), to: key("SHA256SUMS"))
        await #expect(throws: StoredModelError.self) { try await FraudModel.load(from: location) }
        try await store.put(Array("\(String(repeating: "0", count: 64))  ../x\n".utf8), to: key("SHA256SUMS"))
        await #expect(throws: StoredModelError.self) { try await FraudModel.load(from: location) }
    }

    @Test func aNewerFormatIsSaidToBeNewer() async throws {
        let store = InMemoryObjectStore(name: "tests")
        let location = try ScoringFixture.location(store)
        try await ScoringFixture.model().save(to: location)
        let text = String(decoding: try await store.read(key("model.json")), as: UTF8.self)
        let changes = [
            ("\"format_version\" : 1", "\"format_version\" : 2"), ("\"threshold\" : 0.5", "\"threshold\" : 7"),
            ("antifraud-model", "other"), ("\"tx_amount\"", "\"tx_count\""), ("{", "["),
        ]
        for (index, (old, new)) in changes.enumerated() {
            #expect(text.contains(old))
            try await replace("model.json", with: Array(text.replacing(old, with: new).utf8), in: store)
            let error = await #expect(throws: StoredModelError.self) { try await FraudModel.load(from: location) }
            switch error {
            case .newerVersion(let file, 2, 1)?:
                #expect(index == 0 && file.hasSuffix("one/model.json"))
            case .malformed(let file, _)?:
                #expect(index > 0 && file.hasSuffix("one/model.json"))
            default:
                Issue.record("\(String(describing: error))")
            }
        }
    }

    /// Changes a file and its checksum.
    private func replace(_ name: String, with bytes: [UInt8], in store: InMemoryObjectStore) async throws {
        let old = String(decoding: try await store.read(key("SHA256SUMS")), as: UTF8.self)
        let folder = try TemporaryFolder()
        try Data(bytes).write(to: folder.url.appending(path: "file"))
        let checksum = try Oracle.execute("/usr/bin/sha256sum", [folder.path("file")]).prefix(64)
        let lines = old.split(separator: "\n").map { $0.hasSuffix("  \(name)") ? "\(checksum)  \(name)" : String($0) }
        try await store.put(bytes, to: key(name))
        try await store.put(Array((lines.joined(separator: "\n") + "\n").utf8), to: key("SHA256SUMS"))
    }

    @Test func aModelReplacesAnotherWholeOrNotAtAll() async throws {
        let first = try ScoringFixture.model(), second = try ScoringFixture.model(rounds: 3)
        let batch = try ScoringFixture.batch(ScoringFixture.transactions(100, seed: 21, firstDay: 60))
        let old = try await first.score(batch), new = try await second.score(batch)
        #expect(old != new)
        // The store fails at the n-th step of the replacement.
        for failing in 0..<60 {
            let countdown = Countdown()
            let store = InMemoryObjectStore(name: "tests") { operation in try countdown.step(operation) }
            let location = try ScoringFixture.location(store)
            try await first.save(to: location)
            let before = try await names(store)
            let description = try await store.read(key("MLmodel"))
            countdown.start(failing)
            let isSaved: Bool
            do {
                try await second.save(to: location)
                isSaved = true
            } catch {
                isSaved = false
            }
            countdown.stop()
            #expect(try await FraudModel.load(from: location).score(batch) == (isSaved ? new : old))
            if !isSaved { #expect(try await names(store) == before) }
            let isReplaced = try await store.read(key("MLmodel")) != description
            #expect(isReplaced == isSaved)
            // Beside the new files there are those that MLflow looks for at the top.
            if isSaved, countdown.isUnused { #expect(try await names(store).count == before.count + 4) }
        }
    }

    @Test func readersSeeAWholeModelWhileItIsReplaced() async throws {
        let store = InMemoryObjectStore(name: "tests")
        let location = try ScoringFixture.location(store)
        let models = [try ScoringFixture.model(), try ScoringFixture.model(rounds: 2)]
        try await models[0].save(to: location)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for round in 1...20 { try await models[round % 2].save(to: location) } }
            for _ in 0..<2 { group.addTask { for _ in 0..<20 { _ = try await FraudModel.load(from: location) } } }
            try await group.waitForAll()
        }
    }

    @Test func loadingReadsNothingThatItDoesNotNeed() async throws {
        let reads = Lock<[String]>([])
        let store = InMemoryObjectStore(name: "tests") { operation in
            if case .read(let key) = operation { reads.withLock { $0.append(String(key.path.dropFirst(11))) } }
        }
        let location = try ScoringFixture.location(store)
        let model = try ScoringFixture.model()
        // Earlier versions of the library wrote no files of MLflow.
        for withMLflow in [false, true] {
            try await model.save(to: location, withMLflow: withMLflow)
            reads.withLock { $0 = [] }
            #expect(
                try await FraudModel.load(from: location).classifier as? TreeEnsemble == model.classifier
                    as? TreeEnsemble)
            let prefix = withMLflow ? "2/" : ""
            let expected = ["classifier/classifier.json", "classifier/trees.txt", "feature-state.bin", "model.json"]
            #expect(reads.withLock { $0 } == ["SHA256SUMS"] + expected.map { prefix + $0 })
        }
    }
}
