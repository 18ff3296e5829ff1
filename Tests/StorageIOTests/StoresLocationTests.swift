import Foundation
import StorageIO
import TestSupport
import Testing

@Suite struct StoresLocationTests {
    @Test func locationsAreReadAsUsersWriteThem() throws {
        let here = FileManager.default.currentDirectoryPath
        for (text, description, isFolder) in [
            ("/data/a.csv", "/data/a.csv", false),
            ("data/a.csv", "\(here)/data/a.csv", false),
            ("./a/../b.csv", "\(here)/b.csv", false),
            ("/a//b/./c/", "/a/b/c", true),
            ("/a/../../../b", "/b", false),
            ("/", "/", true),
            ("/with space/100%/a+b?", "/with space/100%/a+b?", false),
            ("/x%20y", "/x%20y", false),
            ("/odd:name", "/odd:name", false),
            ("file:///data/x%20y%2Bz", "/data/x y+z", false),
            ("file:/data/%C5%BC%C3%B3%C5%82w/", "/data/żółw", true),
            ("FILE://localhost/a", "/a", false),
            ("memory://", "memory:///", false),
            ("memory://tests/a%20b", "memory://tests/a%20b", false),
            ("s3://bucket", "s3://bucket/", false),
            ("s3a://bucket/x/prepared_data.parquet", "s3a://bucket/x/prepared_data.parquet", false),
            ("webhdfs://host:9870/data/", "webhdfs://host:9870/data", true),
        ] {
            let location = try StorageURI(text)
            #expect(location.description == description, "\(text)")
            #expect(location.isFolder == isFolder, "\(text)")
        }
    }

    @Test func malformedLocationsAreRefused() {
        for text in [
            "", "file://host/a", "file:///a%2", "file:///a%zz", "file:///%FF", "s3://", "s3:///key", "a\0b",
            "s3://bucket/../other", "/data/[a", "/data/{a,b",
        ] {
            #expect(throws: ObjectStoreError.self, "\(text)") { try StorageURI(text) }
        }
        let error = #expect(throws: ObjectStoreError.self) { try StorageURI("s3://id:secret@bucket/key") }
        #expect(error?.description.contains("secret") == false)
    }

    /// Credentials do not belong in a URL; none of them is shown, whatever characters they have.
    @Test func nothingOfAPasswordIsShown() throws {
        for (before, after) in [
            ("s3://key:", "@bucket/data"), ("s3a://key:", "@bucket/data"), ("hdfs://user:", "@host:9000/data"),
            ("webhdfs://user:", "@host:9870/data"), ("ftp://user:", "@host/data"), ("s3:/key:", "@bucket/data"),
            (" s3://key:", "@bucket/data"), ("file://user:", "@host/data"), ("https://user:", "@host/data"),
        ] {
            func words(_ password: String) -> String? {
                do {
                    _ = try ObjectStoreRegistry().resolve(before + password + after)
                    return nil
                } catch {
                    return "\(error)"
                }
            }
            var leaks = SecretLeaks()
            leaks.allow(before)
            leaks.allow(after)
            for password in SecretLeaks.plainPasswords { leaks.allow(words(password) ?? "") }
            for password in SecretLeaks.passwords(2000, seed: 9) {
                guard let words = words(password) else { continue }
                if let leak = leaks.leak(of: password, in: words) {
                    Issue.record("\(before + password + after): \(words) has \(leak)")
                }
            }
        }
        for text in ["s3://key:pa/ss@bucket/x", "s3://key:12/ss@bucket/x", "hdfs://user:pa/ss@host/x", "s3://k:/p@b"] {
            #expect(throws: ObjectStoreError.self, "\(text)") { try StorageURI(text) }
        }
        for text in ["s3://bucket/a@b", "hdfs://host:9000/user/a@b", "webhdfs://[::1]:9870/a@b", "/data/a:b@c", "a@b"] {
            #expect(throws: Never.self, "\(text)") { try StorageURI(text) }
        }
    }

    @Test func storesAreFoundByScheme() async throws {
        let stores = ObjectStoreRegistry()
        let error = #expect(throws: ObjectStoreError.self) { try stores.resolve("s3://bucket/a") }
        #expect(error?.code == .invalidURL)
        #expect(error?.message == "no store is registered for s3://, only for file, memory")

        stores.register(schemes: ["s3", "s3a"]) { InMemoryObjectStore(name: "\($0.scheme)-\($0.authority)") }
        #expect(try stores.resolve("S3A://bucket/a").store.root == "memory://s3a-bucket/")

        let first = try stores.resolve("memory://x/folder/")
        try await first.store.put([1], to: first.key("b"))
        let second = try stores.resolve("memory://x/folder/b")
        #expect(try await second.store.read(second.key()) == [1])
        let other = try stores.resolve("memory://y/folder/b")
        #expect(try await !other.store.exists(other.key()))
        #expect(first.folderPrefix == "folder/")
        #expect(throws: ObjectStoreError.self) { try stores.resolve("memory://x").key() }
        #expect(try stores.resolve("memory://x").key("a/b").path == "a/b")
    }

    @Test func patternsMatchAsShellsDo() async throws {
        for (pattern, matching, others) in [
            ("*.parquet", ["a.parquet", "x y.parquet"], ["a.csv", "b/a.parquet", ".a.parquet", "_a.parquet"]),
            ("part-?.csv", ["part-1.csv", "part-é.csv"], ["part-.csv", "part-12.csv"]),
            ("[a-c][!0-9].txt", ["ab.txt", "cz.txt"], ["a1.txt", "db.txt", "a.txt"]),
            ("2019-{08,09}-*.txt", ["2019-08-22.txt", "2019-09-21.txt"], ["2019-10-21.txt"]),
            ("{a,b{1,2}}/c", ["a/c", "b1/c", "b2/c"], ["b/c", "b3/c"]),
            ("**/x.csv", ["x.csv", "a/x.csv", "a/b/x.csv"], ["_a/x.csv", "a/.b/x.csv", "a/y.csv"]),
            ("year=*/**", ["year=1/a", "year=1/b/c"], ["month=1/a"]),
            ("_logs/*", ["_logs/a"], ["logs/a", "_logs/_b"]),
            ("a/**", ["a/x", "a/b/y"], ["b/x"]),
            ("a\\*b*", ["a*b", "a*bc"], ["axb"]),
            ("[]x]*", ["]", "x1"], ["y"]),
            ("{a,a/b}/c", ["a/c", "a/b/c"], ["b/c", "c"]),
            ("{,a/}b?", ["b1", "a/b2"], ["a/c", "c/b1"]),
            ("*a*b*c", ["abc", "xaxbxc", "aabbc"], ["acb", "ab"]),
        ] as [(String, [String], [String])] {
            let store = InMemoryObjectStore()
            for key in matching + others { try await store.put([], to: ObjectKey(key)) }
            let found = try await GlobExpansion.expanding(GlobPattern(pattern), in: store).matches.map(
                \.object.key.path)
            #expect(Set(found) == Set(matching), "\(pattern)")
            #expect(found == found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        }
        #expect(throws: ObjectStoreError.self) { try GlobPattern(String(repeating: "{a,b}", count: 20)) }
        // Without bounded backtracking this would take longer than the age of the universe.
        let store = InMemoryObjectStore()
        try await store.put([], to: ObjectKey(String(repeating: "a", count: 5_000)))
        let pattern = try GlobPattern(String(repeating: "a*", count: 60) + "b")
        #expect(try await GlobExpansion.expanding(pattern, in: store).matches.isEmpty)
    }

    @Test func foldersThatMatchIncludeTheirContents() async throws {
        let folder = try TemporaryFolder()
        let store = try LocalObjectStore(folder: folder.path("root"))
        for key in ["2019-08/a", "2019-08/b/c", "2019-09/a", "2020-01/a", "2019-10"] {
            try await store.put([], to: ObjectKey(key))
        }
        let matches = try await GlobExpansion.expanding(GlobPattern("2019-*"), in: store).matches
        #expect(matches.map(\.object.key.path) == ["2019-08/a", "2019-08/b/c", "2019-09/a", "2019-10"])
        #expect(matches.map(\.matched) == ["2019-08/", "2019-08/", "2019-09/", "2019-10"])
        #expect(try await GlobExpansion.expanding(GlobPattern("2019-08/a/*"), in: store).matches.isEmpty)
    }

    /// No text may crash, and what is accepted names a key or the store's root.
    @Test func anyTextIsALocationOrAnError() async throws {
        let chunks = [
            "a", "é", "/", "//", ".", "..", "*", "**", "?", "[", "]", "[!", "-", "{", "}", ",", "\\", "%", "%41", "%zz",
            ":",
            "://", "file:", "memory://", "s3://", "@", " ", "\n", "\0", "~", "🐢",
        ]
        let store = InMemoryObjectStore()
        for key in ["a", "a/a", "a/é/a", "-/a", "*"] { try await store.put([], to: ObjectKey(key)) }
        var generator = SeededGenerator(seed: 8)
        var accepted = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...9, using: &generator)
            let text = (0..<count).map { _ in chunks[Int.random(in: 0..<chunks.count, using: &generator)] }.joined()
            if let location = try? StorageURI(text) {
                accepted += 1
                #expect(location.path.isEmpty || (try? ObjectKey(location.path)) != nil, "\(text) -> \(location.path)")
            }
            if !text.utf8.contains(0), let pattern = try? GlobPattern(text) {
                _ = try await GlobExpansion.expanding(pattern, in: store).matches
            }
        }
        #expect(accepted > 5_000)
    }
}
