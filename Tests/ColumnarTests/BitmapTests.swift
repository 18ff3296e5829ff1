import Columnar
import TestSupport
import Testing

@Suite struct BitmapTests {
    @Test(arguments: [0, 1, 63, 64, 65, 1_000])
    func behavesAsAnArrayOfBooleans(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let bits = (0..<count).map { _ in Bool.random(using: &generator) }
        let bitmap = Bitmap(bits)
        #expect((0..<count).map { bitmap[$0] } == bits)
        #expect(bitmap.trueCount == bits.count { $0 })
        #expect(bitmap.trueIndices == bits.indices.filter { bits[$0] })
        #expect(bitmap == Bitmap(words: bitmap.words + [.max], count: count))
        let rows = bits.indices.shuffled(using: &generator)
        #expect(bitmap.take(rows) == Bitmap(rows.map { bits[$0] }))
    }

    @Test func unusedBitsAreClear() {
        let ones = Bitmap(repeating: true, count: 70)
        #expect(ones.words == [.max, 63])
        #expect(Bitmap(words: [.max], count: 3).words == [7])
        #expect(Bitmap(words: [], count: 65).words == [0, 0])
    }
}
