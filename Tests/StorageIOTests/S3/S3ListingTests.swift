import Foundation
import HTTPTransport
import StorageIO
import TestSupport
import Testing

/// Listings of servers that order keys in one way or the other.
@Suite struct S3ListingTests {
    enum Order: String, CaseIterable {
        case bytes, folders
    }

    /// ListObjectsV2 over a set of keys, in small pages.
    private struct Lister {
        let keys: [String]
        let order: Order
        let pageSize: Int
        var server = ""

        func response(_ request: TransportRequest) -> TransportResponse {
            let query = request.query, prefix = query["prefix"] ?? ""
            var names: Set<String> = []
            for key in keys where key.utf8.starts(with: prefix.utf8) {
                let rest = String(decoding: key.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
                if query["delimiter"] == "/", let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) {
                    names.insert(prefix + rest.through(slash))
                } else {
                    names.insert(key)
                }
            }
            let sorted = names.sorted { isBefore($0, $1) }
            let start = Int(query["continuation-token"] ?? "0") ?? 0, end = min(sorted.count, start + pageSize)
            var body = "<ListBucketResult><EncodingType>url</EncodingType>"
            for name in sorted[start..<end] {
                let encoded = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
                if query["delimiter"] == "/", name.utf8.last == UInt8(ascii: "/"), name != prefix {
                    body += "<CommonPrefixes><Prefix>\(encoded)</Prefix></CommonPrefixes>"
                } else {
                    body +=
                        "<Contents><Key>\(encoded)</Key><Size>\(name.utf8.last == UInt8(ascii: "/") ? 0 : 7)</Size><ETag>&quot;t&quot;</ETag>"
                        + "<LastModified>2013-05-24T00:00:00.000Z</LastModified></Contents>"
                }
            }
            if end < sorted.count {
                body += "<IsTruncated>true</IsTruncated><NextContinuationToken>\(end)</NextContinuationToken>"
            }
            return .text(200, body + "</ListBucketResult>", ["Server": server])
        }

        private func isBefore(_ left: String, _ right: String) -> Bool {
            // When listing by folders, names are compared one by one, each before those below it.
            guard order == .folders else { return left.utf8.lexicographicallyPrecedes(right.utf8) }
            func segments(_ key: String) -> [[UInt8]] { key.utf8.split(separator: UInt8(ascii: "/")).map(Array.init) }
            if segments(left) == segments(right) { return left.utf8.count < right.utf8.count }
            return segments(left).lexicographicallyPrecedes(segments(right)) { $0.lexicographicallyPrecedes($1) }
        }
    }

    private func list(_ store: S3ObjectStore, _ prefix: String) async throws -> [String] {
        var keys: [String] = []
        for try await object in store.list(prefix: prefix) {
            #expect(
                object.size == 7 && object.entityTag == "t"
                    && object.modified == Date(timeIntervalSince1970: 1_369_353_600))
            keys.append(object.key.path)
        }
        return keys
    }

    @Test(arguments: Order.allCases)
    func byteOrderWhateverTheServers(order: Order) async throws {
        var generator = SeededGenerator(seed: 3)
        // Some combine with the slash next to them into one character.
        let segments = ["a", "a-", "a.b", "a0", "b", "b-c", "b!", "é", "z z", "+%", "\u{301}e", "e\u{600}"]
        for round in 0..<60 {
            var keys: Set<String> = []
            for _ in 0..<Int.random(in: 0...60, using: &generator) {
                let depth = Int.random(in: 1...4, using: &generator)
                keys.insert(
                    (0..<depth).compactMap { _ in segments.randomElement(using: &generator) }.joined(separator: "/"))
            }
            let lister = Lister(
                keys: Array(keys), order: order, pageSize: [1, 2, 3, 7, 1_000][round % 5],
                server: order == .folders ? "SeaweedFS 4.48" : "AmazonS3")
            for setting in [.automatic, .folders] as [S3Configuration.ListingOrder] {
                let store = try S3ObjectStore.scripted(ScriptedHTTP { request, _ in lister.response(request) }) {
                    $0.listingOrder = setting
                }
                for prefix in ["", "a", "a/", "b-c/a"] {
                    let expected = keys.filter { $0.utf8.starts(with: prefix.utf8) }
                        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                    #expect(try await list(store, prefix) == expected, "round \(round), \(setting), prefix \(prefix)")
                }
            }
        }
    }

    /// A server that does not identify itself is detected by a first page out of order.
    @Test func unknownServersAreDetected() async throws {
        let keys = ["b/1", "b/2", "b-c", "c", "d"]
        let store = try S3ObjectStore.scripted(
            ScriptedHTTP { request, _ in Lister(keys: keys, order: .folders, pageSize: 3).response(request) })
        #expect(try await list(store, "") == ["b-c", "b/1", "b/2", "c", "d"])

        // Detected too late, it is an error, and remembered from then on.
        let late = try S3ObjectStore.scripted(
            ScriptedHTTP { request, _ in Lister(keys: keys, order: .folders, pageSize: 2).response(request) })
        let error = await #expect(throws: ObjectStoreError.self) { try await list(late, "") }
        #expect(error?.message.contains("b-c after b/2") == true)
        #expect(try await list(late, "") == ["b-c", "b/1", "b/2", "c", "d"])
    }

    @Test func pagesOfServersInByteOrderAreReadOnce() async throws {
        let keys = (0..<2_500).map { "k/\(10_000 + $0)" }
        let http = ScriptedHTTP { request, _ in Lister(keys: keys, order: .bytes, pageSize: 1_000).response(request) }
        #expect(try await list(.scripted(http), "k/") == keys)
        #expect(http.requests.count == 3)
    }

    @Test func markersOfFoldersAreNotObjects() async throws {
        let lister = Lister(keys: ["a/", "a/b", "a//c", "d"], order: .bytes, pageSize: 10)
        let store = try S3ObjectStore.scripted(ScriptedHTTP { request, _ in lister.response(request) })
        #expect(try await list(store, "") == ["a//c", "a/b", "d"])
        let contents = try await store.contents(ofFolder: "a/")
        #expect(contents.objects.map(\.key.path) == ["a/b"])
    }

    @Test(arguments: [
        "", "<ListBucketResult>", "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
    ])
    func unusableResponsesAreErrors(body: String) async throws {
        let store = try S3ObjectStore.scripted(ScriptedHTTP([.text(200, body)]))
        let error = await #expect(throws: ObjectStoreError.self) { try await list(store, "") }
        #expect(error?.code == .unavailable)
        #expect(error?.message.hasPrefix("GET http://s3.test:9000/bucket: ") == true, "\(String(describing: error))")
    }
}
