import Foundation
import HTTPTransport
import StorageIO
import TestSupport
import Testing

/// Responses with any damage give typed errors or plausible values, and never a crash.
@Suite struct HDFSResponseFuzzTests {
    private static let documents: [(question: String, response: String)] = [
        (
            "status",
            #"{"FileStatus":{"accessTime":1795527084622,"blockSize":134217728,"childrenNum":0,"fileId":16422,"group":"g","length":3,"modificationTime":1795527084633,"owner":"root","pathSuffix":"","permission":"755","replication":1,"storagePolicy":0,"type":"FILE"}}"#
        ),
        (
            "list",
            #"{"FileStatuses":{"FileStatus":[{"accessTime":0,"blockSize":0,"childrenNum":1,"fileId":16397,"length":0,"modificationTime":1795526883938,"pathSuffix":"a b","type":"DIRECTORY"},{"fileId":16422,"length":3,"modificationTime":1795527084633,"pathSuffix":"ünï","type":"FILE"}]}}"#
        ),
        (
            "summary",
            #"{"ContentSummary":{"directoryCount":2,"fileCount":1,"length":3,"quota":-1,"spaceConsumed":3,"spaceQuota":-1}}"#
        ),
        (
            "checksum",
            #"{"FileChecksum":{"algorithm":"MD5-of-0MD5-of-512CRC32C","bytes":"000002000000000000000000648db27a367e242e5349fe9ccfdab0ea00000000","length":28}}"#
        ),
        (
            "failure",
            #"{"RemoteException":{"exception":"FileNotFoundException","javaClassName":"java.io.FileNotFoundException","message":"File does not exist: /t/none/x"}}"#
        ),
        ("location", "http://127.0.0.1:18703/webhdfs/v1/v/x?op=OPEN&user.name=root&namenoderpcaddress=127.0.0.1:18700"),
    ]

    @Test(arguments: documents.indices)
    func damagedResponses(index: Int) async throws {
        let (question, response) = Self.documents[index]
        var generator = SeededGenerator(seed: UInt64(index) + 1)
        let whole = Array(response.utf8)
        var successes = 0
        for round in 0..<1_500 {
            let body = round == 0 ? whole : mutated(whole, using: &generator)
            let server = ScriptedServer { request in
                switch question {
                case "location":
                    if request.url.contains("GETFILESTATUS") { return .fileStatus(length: 2) }
                    guard request.url.hasPrefix("http://nn/") else {
                        return TransportResponse(status: 200, body: [1, 2])
                    }
                    return .redirect(String(decoding: body, as: UTF8.self))
                case "checksum" where request.url.contains("GETFILESTATUS"): return .fileStatus(length: 2)
                case "failure": return TransportResponse(status: 404, body: body)
                default: return TransportResponse(status: 200, body: body)
                }
            }
            let store = try server.store(WebHDFSConfiguration(nameNodes: ["http://nn"]), attempts: 1)
            let key = try ObjectKey("f")
            do {
                switch question {
                case "list": _ = try await store.contents(ofFolder: "f/")
                case "summary": #expect(try await store.contentSummary(ofFolder: "f").length >= 0)
                case "checksum":
                    let object = ObjectMetadata(key: key, size: 2, modified: Date())
                    _ = try await store.checksum(of: object)
                case "location": #expect(try await store.read(key) == [1, 2])
                default: #expect(try await store.head(key).size >= 0)
                }
                successes += 1
            } catch let error as ObjectStoreError {
                if round == 0, question != "failure" { Issue.record("\(question): \(error)") }
            }
        }
        // Damage within an unused name or number is not an error.
        #expect(question == "failure" ? successes == 0 : successes > 1 && successes < 1_500)
    }

    private func mutated(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
            let position = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: position)
            case 2: bytes = Array(bytes[..<position])
            case 3: bytes.insert(contentsOf: Array("-9223372036854775809".utf8), at: position)
            case 4: bytes.insert(contentsOf: Array("1e400\u{0}\"{[".utf8), at: position)
            default:
                let end = Int.random(in: position...bytes.count, using: &generator)
                bytes.insert(contentsOf: bytes[position..<end], at: position)
            }
        }
        return bytes
    }
}
