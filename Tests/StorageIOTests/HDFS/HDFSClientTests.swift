import HTTPTransport
import Parallelism
import StorageIO
import Testing

/// Without a server: which requests and errors follow from which responses.
@Suite struct HDFSClientTests {
    private static let one = WebHDFSConfiguration(nameNodes: ["http://nn:9870"], userName: "me")
    private static let two = WebHDFSConfiguration(nameNodes: ["http://nn1:9870", "http://nn2:9870/"], userName: "me")

    private func error(_ body: () async throws -> Void) async throws -> ObjectStoreError {
        try #require(await #expect(throws: ObjectStoreError.self) { try await body() })
    }

    @Test func readingFollowsTheRedirect() async throws {
        let server = ScriptedServer { request in
            if request.url.contains("GETFILESTATUS") { return .fileStatus(length: 10) }
            if request.url.hasPrefix("http://nn:9870/") {
                return .redirect("http://dn:9864/webhdfs/v1/x?op=OPEN&a=%20")
            }
            return TransportResponse(status: 200, body: Array("3456".utf8))
        }
        let key = try ObjectKey("a b/ü+%")
        // The inode number replaces a path that data nodes misread.
        #expect(try await server.store(Self.one).read(key, range: 3..<7) == Array("3456".utf8))
        let status = "GET http://nn:9870/webhdfs/v1/a%20b/%C3%BC%2B%25?op=GETFILESTATUS&user.name=me"
        #expect(
            server.asked == [
                status, "GET http://nn:9870/webhdfs/v1/.reserved/.inodes/7?op=GETFILESTATUS&user.name=me",
                "GET http://nn:9870/webhdfs/v1/.reserved/.inodes/7?op=OPEN&offset=3&length=4&user.name=me",
                "GET http://dn:9864/webhdfs/v1/x?op=OPEN&a=%20", status,
            ])
    }

    /// Java composes accents in the URL of a redirect, which then leads to another name.
    @Test func namesWithDecomposedAccentsAreReadByNumber() async throws {
        for (name, isReadByNumber) in [("cafe\u{301}", true), ("\u{1112}\u{1161}", true), ("caf\u{E9}", false)] {
            let server = ScriptedServer { request in
                if request.url.contains("GETFILESTATUS") { return .fileStatus(length: 1) }
                return TransportResponse(status: 200, body: [1])
            }
            #expect(try await server.store(Self.one).read(ObjectKey("folder/\(name)")) == [1])
            let reading = try #require(server.asked.first { $0.contains("op=OPEN") })
            #expect(reading.contains("/.reserved/.inodes/7?") == isReadByNumber, "\(reading)")
        }
    }

    /// A name node, real or fake, that lists names which lead elsewhere.
    @Test(arguments: ["..", ".", "a/../b", "/etc", "a\\u0000b"])
    func impossibleNamesInListingsAreErrors(name: String) async throws {
        let server = ScriptedServer { _ in
            .json(
                """
                {"FileStatuses":{"FileStatus":[{"pathSuffix":"\(name)","type":"FILE","length":1,"modificationTime":1}]}}
                """)
        }
        let store = try server.store(Self.one)
        await #expect(throws: ObjectStoreError.self) { for try await _ in store.list(prefix: "folder/") {} }
    }

    @Test func serversThatDoNotRedirectAreUsedDirectly() async throws {
        let written = Lock<[UInt8]>([])
        let server = ScriptedServer { request in
            if request.url.contains("op=GETFILESTATUS") {
                if request.url.contains("new?") { return .exception("FileNotFoundException", status: 404) }
                return .fileStatus(length: 3)
            }
            if request.url.contains("op=OPEN") { return TransportResponse(status: 200, body: [1, 2, 3]) }
            if request.url.contains("data=true"), case .bytes(let bytes) = request.body {
                #expect(request.headers["content-type"] == "application/octet-stream")
                written.withLock { $0 = bytes }
            }
            return request.url.contains("DELETE") ? .json(#"{"boolean":true}"#) : TransportResponse(status: 201)
        }
        var configuration = Self.one
        configuration.verifiesChecksums = false
        let store = try server.store(configuration)
        #expect(try await store.read(ObjectKey("old")) == [1, 2, 3])
        try await store.put([4, 5, 6], to: ObjectKey("new"))
        #expect(written.withLock { $0 } == [4, 5, 6])
        #expect(server.asked.filter { $0.contains("op=CREATE") }.count == 2)
        let rename = try #require(server.asked.first { $0.contains("op=RENAME") })
        #expect(rename.hasSuffix("&destination=%2Fnew&renameoptions=OVERWRITE&user.name=me"))
    }

    @Test func theActiveNameNodeIsFoundAndRemembered() async throws {
        for standby in [TransportResponse.exception("StandbyException"), nil, TransportResponse(status: 503)] {
            let server = ScriptedServer { request in
                guard request.url.hasPrefix("http://nn1") else { return .fileStatus(length: 1) }
                guard let standby else {
                    throw HTTPTransportError(
                        .connectionFailed, method: request.method, url: request.url, message: "refused")
                }
                return standby
            }
            let store = try server.store(Self.two)
            for _ in 0..<2 { #expect(try await store.head(ObjectKey("a")).size == 1) }
            #expect(server.asked.map { $0.contains("http://nn1:9870/webhdfs/v1/a?") } == [true, false, false])
        }
    }

    @Test func withoutAnActiveNameNodeTheAttemptsAreReported() async throws {
        let server = ScriptedServer { _ in .exception("StandbyException", "Operation not supported in state standby") }
        let error = try await error { _ = try await server.store(Self.two).head(ObjectKey("folder/a")) }
        #expect(error.code == .unavailable)
        #expect(error.location == "webhdfs://nn1:9870/folder/a")
        #expect(
            error.message.contains(
                "GET http://nn2:9870/webhdfs/v1/folder/a: status 403, StandbyException: Operation not"))
        #expect(error.message.contains("4 attempts in "))
        #expect(server.asked.count == 4)
    }

    @Test func tokensAreSentAndNeverShown() async throws {
        let secret = "HAAEcm9vdARyb290"
        let server = ScriptedServer { request in
            if request.url.hasPrefix("https://nn") {
                #expect(request.url.hasSuffix("&delegation=\(secret)"))
                #expect(!request.url.contains("user.name"))
                if request.url.contains("GETFILESTATUS") { return .fileStatus(length: 9) }
                return .redirect("https://dn/webhdfs/v1/a?op=OPEN&delegation=\(secret)")
            }
            return TransportResponse(status: 200, body: [1])
        }
        let configuration = WebHDFSConfiguration(
            nameNodes: ["https://nn:9871"], userName: "me", delegationToken: secret)
        let error = try await error { _ = try await server.store(configuration).read(ObjectKey("a")) }
        #expect(error.location == "swebhdfs://nn:9871/a")
        #expect(error.message.contains("GET https://dn/webhdfs/v1/a: received 1 bytes instead of 9; 4 attempts"))
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(error)", "\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains(secret))
        }
    }

    @Test func aRedirectMayNotGiveUpEncryption() async throws {
        for location in ["http://dn/x?delegation=t", "ftp://dn/x", "/x", "http://", "http:///x", "https://d n/", ""] {
            let server = ScriptedServer { request in
                if request.url.contains("GETFILESTATUS") { return .fileStatus(length: 9) }
                return .redirect(location)
            }
            let store = try server.store(WebHDFSConfiguration(nameNodes: ["https://nn"], delegationToken: "t"))
            let error = try await error { _ = try await store.read(ObjectKey("a")) }
            #expect(error.code == .unavailable && error.message.contains("redirect"), "\(location)")
            #expect(!server.asked.contains { $0.contains("//dn") })
        }
    }

    @Test func aDataNodeThatFailsIsExcluded() async throws {
        let server = ScriptedServer { request in
            if request.url.contains("GETFILESTATUS") { return .fileStatus(length: 1) }
            if request.url.hasPrefix("http://nn") {
                return .redirect("http://\(request.url.contains("excludedatanodes=dn1") ? "dn2" : "dn1"):9864/x")
            }
            guard request.url.hasPrefix("http://dn1") else { return TransportResponse(status: 200, body: [1]) }
            throw HTTPTransportError(.connectionLost, method: request.method, url: request.url, message: "lost")
        }
        #expect(try await server.store(Self.one).read(ObjectKey("a")) == [1])
    }

    @Test func bytesOfTwoVersionsNeverMix() async throws {
        // Each status request finds another version, except for the last two.
        let looks = Lock(0)
        let server = ScriptedServer { request in
            guard request.url.contains("GETFILESTATUS") else { return TransportResponse(status: 200, body: [1, 2]) }
            let look = looks.withLock { looks in
                looks += 1
                return looks
            }
            return .fileStatus(length: 2, number: min(look, 5))
        }
        let store = try server.store(Self.one)
        #expect(try await store.read(ObjectKey("a")) == [1, 2])
        #expect(looks.withLock { $0 } == 6)
        looks.withLock { $0 = 0 }
        let tag = try await store.head(ObjectKey("a")).entityTag
        looks.withLock { $0 = 0 }
        let error = try await error { _ = try await store.read(ObjectKey("a"), range: nil, matching: tag) }
        #expect(error.code == .modified)
    }

    @Test(
        arguments: [
            ("FileNotFoundException", "x", .notFound), ("AccessControlException", "x", .permissionDenied),
            ("SecurityException", "x", .permissionDenied), ("InvalidToken", "x", .permissionDenied),
            ("DSQuotaExceededException", "x", .noSpace), ("NSQuotaExceededException", "x", .noSpace),
            ("FileAlreadyExistsException", "x", .alreadyExists),
            ("FileAlreadyExistsException", "Parent path is not a directory: /a", .invalidKey),
            ("ParentNotDirectoryException", "x", .invalidKey), ("InvalidPathException", "x", .invalidKey),
            ("PathComponentTooLongException", "x", .invalidKey),
            (
                "IOException",
                "File could only be replicated to 0 nodes instead of minReplication (=1).  There are 1 datanode(s) running",
                .noSpace
            ),
            (
                "IOException",
                "File could only be replicated to 0 nodes instead of minReplication (=1).  There are 0 datanode(s) running",
                .unavailable
            ),
            ("IOException", "No active nodes contain this block", .unavailable),
            ("SafeModeException", "x", .unavailable), ("UnsupportedOperationException", "x", .unavailable),
        ] as [(String, String, ObjectStoreError.Code)])
    func exceptionsHaveCodes(name: String, message: String, code: ObjectStoreError.Code) async throws {
        let server = ScriptedServer { _ in .exception(name, message + "\\n\\tat org.apache.hadoop.Some.stack") }
        let store = try server.store(Self.one)
        let error = try await error { try await store.setReplication(2, of: ObjectKey("a/b")) }
        #expect(error.code == code)
        #expect(error.message.contains(name) && !error.message.contains("Some.stack"))
        let isTransient = ["IOException", "SafeModeException"].contains(name)
        #expect(server.asked.count == (isTransient ? 4 : 1))
    }

    @Test func anAppendIsNeverRepeatedUnlessRefused() async throws {
        let length = Lock(5), posts = Lock(0), refusals = Lock(1), loses = Lock(true)
        let server = ScriptedServer { request in
            if request.url.contains("GETFILESTATUS") { return .fileStatus(length: length.withLock { $0 }) }
            if request.url.hasPrefix("http://nn") { return .redirect("http://dn/webhdfs/v1/a?op=APPEND") }
            guard case .bytes(let bytes) = request.body else { return TransportResponse(status: 400) }
            posts.withLock { $0 += 1 }
            let isRefused = refusals.withLock { refusals in
                refusals -= 1
                return refusals >= 0
            }
            if isRefused { return .exception("AlreadyBeingCreatedException") }
            if loses.withLock({ $0 }) { length.withLock { $0 += bytes.count } }
            throw HTTPTransportError(.connectionLost, method: request.method, url: request.url, message: "lost")
        }
        let store = try server.store(Self.one)
        try await store.append([1, 2, 3], to: ObjectKey("a"))
        #expect(length.withLock { $0 } == 8 && posts.withLock { $0 } == 2)

        loses.withLock { $0 = false }
        let error = try await error { try await store.append([1, 2, 3], to: ObjectKey("a")) }
        #expect(error.code == .unavailable && error.message.contains("had 8 bytes and has 8"))
        #expect(posts.withLock { $0 } == 3)
    }

    /// A disconnected data node creates its file, and the folder of segments with it, after that folder was removed.
    @Test func segmentsThatComeLateAreRemovedToo() async throws {
        let isThere = Lock(true), deletions = Lock(0)
        let (uploads, upload) = AsyncStream.makeStream(of: Void.self)
        let server = ScriptedServer { request in
            if request.url.hasPrefix("http://dn") {
                upload.yield()
                try await Task.sleep(for: .seconds(3_600))
            }
            if request.url.contains("op=CREATE") { return .redirect("http://dn/webhdfs/v1/x?op=CREATE") }
            if request.url.contains("op=DELETE") {
                let isFirst = deletions.withLock { deletions in
                    deletions += 1
                    return deletions == 1
                }
                isThere.withLock { $0 = isFirst }
                return .json(#"{"boolean":true}"#)
            }
            guard isThere.withLock({ $0 }) else { return .exception("FileNotFoundException", status: 404) }
            return .fileStatus(length: 0)
        }
        let store = try server.store(Self.one)
        let task = Task { try await store.put([1], to: ObjectKey("a")) }
        _ = await uploads.first { _ in true }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        while isThere.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(10)) }
        #expect(deletions.withLock { $0 } == 2)
    }

    @Test func addressesAreChecked() {
        for addresses in [
            [], [""], ["nn:9870"], ["ftp://nn"], ["http://"], ["http://user:password@nn"], ["http://nn/?a"],
        ] {
            let configuration = WebHDFSConfiguration(nameNodes: addresses)
            let error = #expect(throws: ObjectStoreError.self, "\(addresses)") {
                try WebHDFSObjectStore(configuration: configuration)
            }
            #expect(error?.code == .invalidURL)
            #expect(error.map { !"\($0)".contains("password") } == true)
        }
    }
}
