import Foundation
import HTTPTransport
import StorageIO
import Testing

/// Text is split by bytes: Swift sees no slash before a combining mark, and one `é` where there are two names.
@Suite struct ObjectKeyTests {
    /// An accent after a slash, or a combining mark before it: one character to Swift.
    private static let joined = ["\u{301}x", "\u{200D}x", "\u{FE0F}x", "\u{20DD}x"]

    @Test(arguments: joined)
    func noSegmentHidesBehindAMark(_ mark: String) {
        for path in ["..", ".", ""].flatMap({ ["a/\($0)/\(mark)", "\($0)/\(mark)", "a/\(mark)/\($0)"] }) {
            #expect(throws: ObjectStoreError.self, "\(path.utf8.map { $0 })") { try ObjectKey(path) }
        }
        #expect(throws: ObjectStoreError.self) { try ObjectKey("/" + mark) }
        #expect(throws: ObjectStoreError.self) { try ObjectKey("a\u{600}/../b") }
        #expect(throws: ObjectStoreError.self) { try ObjectKey("a\u{600}/") }
    }

    @Test func segmentsAreThoseOfTheBytes() throws {
        let key = try ObjectKey("a\u{600}/\u{301}b")
        #expect(Array(key.name.utf8) == Array("\u{301}b".utf8))
        #expect(Array(key.folder.utf8) == Array("a\u{600}/".utf8))
        #expect(key.isPortable)
    }

    @Test func namesThatLookTheSameAreTwo() throws {
        let composed = try ObjectKey("caf\u{E9}"), decomposed = try ObjectKey("cafe\u{301}")
        #expect(composed != decomposed && Set([composed, decomposed]).count == 2)
        #expect(decomposed < composed)
    }

    @Test(arguments: ["/a", "a/", "a//b", "../a", "a/./b", "a/../b", "a/..", ".", "a\0b"])
    func namesOfSingleStoresAreMarked(_ path: String) throws {
        #expect(throws: ObjectStoreError.self) { try ObjectKey(path) }
        let key = try ObjectKey(verbatim: path)
        #expect(!key.isPortable && key.path == path)
        #expect(throws: ObjectStoreError.self) { try ObjectKey(verbatim: "") }
    }

    @Test(arguments: ["a", "...", "..a", "a..", ".a/b.", "a b/ c", "caf\u{E9}/\u{301}"])
    func usualNamesArePortable(_ path: String) throws { #expect(try ObjectKey(path).isPortable) }

    @Test func locationsAreSplitByBytes() throws {
        #expect(try StorageURI("/a/b/../\u{301}c").path.utf8.elementsEqual("a/\u{301}c".utf8))
        #expect(try StorageURI("/\u{301}a/").path.utf8.elementsEqual("\u{301}a".utf8))
        #expect(try StorageURI("/a\u{600}/").isFolder)
        #expect(try StorageURI("memory://x/\u{301}a").path.utf8.elementsEqual("\u{301}a".utf8))
        #expect(throws: ObjectStoreError.self) { try StorageURI("s3://bucket/a/../\u{301}b") }
        let error = #expect(throws: ObjectStoreError.self) { try StorageURI("s3://id:secret@\u{301}bucket/key") }
        #expect(error?.description.contains("secret") == false)
    }

    @Test func secretsStayOutOfURLs() {
        for (url, shown) in [
            ("http://u:p@h/a?x=1#y", "http://h/a"), ("http://u:p@\u{301}h/a", "http://\u{301}h/a"),
            ("http://h/a?\u{301}x=secret", "http://h/a"), ("http://u:p@q@h:1/a", "http://…"),
            ("http://u:p/w@h/a", "http://…"), ("http://u:p?w@h/a", "http://…"), ("http://u:p#w@h/a", "http://…"),
            ("http://h:80/a?mail=x", "http://h:80/a"), ("http://u:80?w@h/a", "http://…"),
        ] {
            #expect(Array(HTTPTransportError.withoutSecrets(url).utf8) == Array(shown.utf8), "\(url)")
        }
    }
}
