import Columnar
import Features
import TestSupport
import Testing

@Suite struct TextCoderTests {
    /// Texts of all lengths around the borders of words and of what is numbered.
    private func texts(_ count: Int, longest: Int, _ random: inout SeededGenerator) -> [[UInt8]] {
        (0..<count).map { _ in
            let length = Int.random(in: 0...longest, using: &random)
            return (0..<length).map { _ in UInt8(ascii: "a") + UInt8.random(in: 0...1, using: &random) }
        }
    }

    private func read(_ texts: [[UInt8]], _ reader: ColumnReader, _ coder: inout TextCoder) -> CodedColumn? {
        // Texts stand between bytes that do not count.
        let bytes = Array("####".utf8) + texts.flatMap { $0 + Array("a#".utf8) }
        var starts: [Int32] = [], ends: [Int32] = [], position: Int32 = 4
        for text in texts {
            starts.append(position)
            ends.append(position + Int32(text.count))
            position += Int32(text.count) + 2
        }
        return bytes.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.flatMap { base in
                reader.read(TextCells(base: base, starts: starts, ends: ends, count: texts.count), coder: &coder)
            }
        }
    }

    @Test(arguments: [3, 9, 20, 256]) func numbersStandForTheTexts(longest: Int) throws {
        var random = SeededGenerator(seed: UInt64(longest))
        let reader = ColumnReader(SchemaColumn("c", .text, role: .ignored), missingMarkers: ["aa"])
        var coder = TextCoder(limit: 1 << 16)
        for _ in 0..<20 {
            let texts = texts(500, longest: longest, &random)
            let column = try #require(read(texts, reader, &coder))
            for (row, text) in texts.enumerated() {
                let isMissing = text.isEmpty || text == Array("aa".utf8)
                #expect(column.validity.map { !$0[row] } ?? false == isMissing)
                if !isMissing { #expect(Array(coder.entries[Int(column.codes[row])]) == text) }
            }
        }
        #expect(Set((0..<coder.entries.count).map { Array(coder.entries[$0]) }).count == coder.entries.count)
    }

    @Test func invalidTextHasNoValue() throws {
        let reader = ColumnReader(SchemaColumn("c", .text, role: .ignored), missingMarkers: [])
        var coder = TextCoder(limit: 100)
        let column = try #require(read([[0xC3, 0xBC], [0xC3], [0xC3, 0xBC]], reader, &coder))
        #expect(column.validity?.trueIndices == [0, 2] && column.invalid?.trueIndices == [1])
    }

    @Test func tooManyAndLongTextsAreNotNumbered() {
        let reader = ColumnReader(SchemaColumn("c", .text, role: .ignored), missingMarkers: [])
        let texts = (0..<100).map { Array("\($0)".utf8) }
        var coder = TextCoder(limit: 100)
        #expect(read(texts + texts, reader, &coder) != nil && !coder.isFull)
        #expect(read([Array("100".utf8)], reader, &coder) == nil && coder.isFull)
        #expect(read(texts, reader, &coder) == nil)
        var other = TextCoder(limit: 100)
        #expect(read([[UInt8](repeating: 0x61, count: 257)], reader, &other) == nil && other.isFull)
    }

    @Test func codersAreJoined() {
        var random = SeededGenerator(seed: 9)
        let reader = ColumnReader(SchemaColumn("c", .text, role: .ignored), missingMarkers: [])
        var all = TextCoder(limit: .max)
        for _ in 0..<5 {
            var coder = TextCoder(limit: 1 << 16)
            _ = read(texts(300, longest: 12, &random), reader, &coder)
            let numbers = all.add(coder) ?? []
            #expect(numbers.count == coder.entries.count)
            for (code, number) in numbers.enumerated() {
                #expect(all.entries[Int(number)] == coder.entries[code])
            }
        }
        var small = TextCoder(limit: 1)
        #expect(small.add(all) == nil)
    }
}
