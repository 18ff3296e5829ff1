import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

/// Random and damaged JSON lines.
@Suite struct JSONLinesFuzzTests {
    /// Objects that nest, repeat and mix whatever they can.
    private static func text(_ generator: inout SeededGenerator, rows: Int) -> String {
        func value(_ depth: Int) -> String {
            let scalars = [
                "null", "true", "1", "-17", "2.5e-3", "9223372036854775808", "\"\"", "\"2019-08-22 00:00:31\"",
                "\"2019-08-22\"", "\"zażółć \\ud83d\\ude00 \\n\"", "\"plain\"", "[1,[\"x\"],{\"a\":{}}]",
            ]
            guard depth < 3, Int.random(in: 0..<4, using: &generator) == 0 else {
                return scalars.randomElement(using: &generator) ?? "null"
            }
            return object(depth + 1)
        }
        func object(_ depth: Int) -> String {
            let members = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                let name = ["a", "b", "c", "a.b", "é", "\\u0061"].randomElement(using: &generator) ?? "a"
                return "\"\(name)\": \(value(depth))"
            }
            return "{" + members.joined(separator: ", ") + "}"
        }
        return (0..<rows).map { _ in object(0) + (["\n", "\r\n", "\n\n"].randomElement(using: &generator) ?? "\n") }
            .joined()
    }

    @Test func blockSizesAndThreadsDoNotMatter() async throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<40 {
            let text = "{\"first\":0}\n" + Self.text(&generator, rows: 30)
            let whole = try await JSONLinesReaderTests.read(text)
            for blockBytes in [1, 2, 3, 17, 64, 255, 1_000] {
                let options = JSONLinesReadOptions(
                    blockBytes: blockBytes, threads: Int.random(in: 1...4, using: &generator))
                #expect(try await JSONLinesReaderTests.read(text, options) == whole, "\(blockBytes): \(text)")
            }
            // Reading a column alone gives the same values.
            for name in whole.schema.names {
                let one = JSONLinesReadOptions(schema: try whole.schema.selecting([name]))
                #expect(
                    try await JSONLinesReaderTests.read(text, one).column(name) == whole.column(name),
                    "\(name): \(text)")
            }
        }
    }

    @Test func damagedTextIsReadOrRefused() async throws {
        var generator = SeededGenerator(seed: 8)
        let pool = Array("{}[]\":,\\u\n\r 0123456789eE+-.truefalsn".utf8) + [0, 0x80, 0xC3, 0xED, 0xFF]
        var refused = 0, accepted = 0
        for _ in 0..<2_000 {
            var bytes = Array(Self.text(&generator, rows: 4).utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
                let index = Int.random(in: bytes.indices, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes.remove(at: index)
                case 1: bytes.insert(pool.randomElement(using: &generator) ?? 0, at: index)
                case 2: bytes.removeSubrange(index...)
                default: bytes[index] = pool.randomElement(using: &generator) ?? 0
                }
            }
            let options = JSONLinesReadOptions(blockBytes: Int.random(in: 1...200, using: &generator))
            do {
                let batch = try await JSONLinesReaderTests.read(bytes, options)
                accepted += 1
                // Foundation accepts each line, too; except half surrogate pairs and numbers beyond its range.
                for line in bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") })
                where !line.allSatisfy({ " \t\r".utf8.contains($0) }) {
                    let text = String(decoding: line, as: UTF8.self)
                    if text.contains("\\u") || text.contains(#/[eE][+-]?\d{3}/#) { continue }
                    #expect((try? JSONSerialization.jsonObject(with: Data(line))) != nil, "\(text)")
                }
                #expect(batch.rowCount > 0)
            } catch is JSONLinesError {
                refused += 1
            }
        }
        #expect(refused > 500 && accepted > 100)
    }
}
