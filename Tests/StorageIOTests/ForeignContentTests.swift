import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

/// Archives and other formats are refused with their names, wherever they occur.
@Suite struct ForeignContentTests {
    /// A tar archive of one empty file.
    private static let tar: [UInt8] = {
        var header = [UInt8](repeating: 0, count: 512)
        header.replaceSubrange(0..<5, with: "a.csv".utf8)
        header.replaceSubrange(257..<262, with: "ustar".utf8)
        return header + [UInt8](repeating: 0, count: 1024)
    }()

    static let contents: [(bytes: [UInt8], word: String)] = [
        (tar, "tar archive"), (Array("BZh91AY&SY".utf8), "bzip2"), ([0xFD] + Array("7zXZ".utf8) + [0], "xz"),
        ([0x50, 0x4B, 3, 4, 20, 0], "ZIP"), ([0x04, 0x22, 0x4D, 0x18, 0x64], "lz4"),
        (Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C], "7z"), ([0xFF, 0xFE, 0x61, 0], "UTF-16"),
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1], "Excel"), (Array("Obj".utf8) + [1], "Avro"),
    ]

    @Test(arguments: contents.indices)
    func theyAreNamed(index: Int) async throws {
        let (bytes, word) = Self.contents[index]
        let folder = try TemporaryFolder()
        try Data(bytes).write(to: folder.url.appending(path: "x.csv"))
        let found = await #expect(throws: DataSetError.self) {
            try await DataSet.open(folder.path("x.csv"), stores: ObjectStoreRegistry())
        }
        #expect("\(try #require(found))".contains(word))
        for packed in [bytes, try StreamDecompressorTests.compressed(.gzip, bytes)] {
            let error = await #expect(throws: CSVError.self) { try await CSVReaderTests.read(packed) }
            #expect("\(try #require(error))".contains(word))
        }
    }

    @Test(arguments: [
        "ORCID,b", "ORC", "BZh,b", "FEA1,FEA2", "LZIP,b", "Rar!,b", "ARROW1,b", "[a],b", "PK,b", "Mustard",
    ])
    func namesThatBeginLikeOtherFormatsAreNames(header: String) async throws {
        let text = header + "\n" + header.replacing(/[^,]+/, with: "1") + "\n"
        #expect(try await CSVReaderTests.read(text).schema.names == header.split(separator: ",").map(String.init))
    }

    @Test func whatIsCompressedTwiceIsRefused() async throws {
        let once = try StreamDecompressorTests.compressed(.gzip, StreamDecompressorTests.text)
        for packed in [
            try StreamDecompressorTests.compressed(.gzip, once), try StreamDecompressorTests.compressed(.zstd, once),
        ] {
            await #expect(throws: CSVError.noText(file: "t.csv", found: "compressed more than once")) {
                try await CSVReaderTests.read(packed)
            }
        }
        let json = try StreamDecompressorTests.compressed(.zstd, Array(#"[ {"id": 1} ]"#.utf8))
        let error = await #expect(throws: CSVError.self) { try await CSVReaderTests.read(json) }
        #expect("\(try #require(error))".contains("JSON"))
        let lines = try StreamDecompressorTests.compressed(.gzip, Array(#"{"id": 1}"#.utf8))
        let advice = await #expect(throws: CSVError.self) { try await CSVReaderTests.read(lines) }
        #expect("\(try #require(advice))".contains("name JSON lines .jsonl or .jsonl.gz"))
    }
}
