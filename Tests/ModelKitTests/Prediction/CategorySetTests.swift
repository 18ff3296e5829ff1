import ModelKit
import TestSupport
import Testing

@Suite struct CategorySetTests {
    @Test func `a set holds its codes and no others, from codes and from bits`() {
        var generator = SeededGenerator(seed: 5)
        for limit in [1, 32, 33, 1_000, CategorySet.codeLimit] {
            let codes = Set((0..<50).map { _ in Int.random(in: 0..<limit, using: &generator) })
            let set = CategorySet(codes: Array(codes))
            #expect(set.codes == codes.sorted())
            #expect(CategorySet(bits: set.bits) == set)
            for code in codes {
                #expect(
                    [code - 1, code, code + 1].map(set.contains) == [code - 1, code, code + 1].map(codes.contains))
            }
            #expect(!set.contains(-1) && !set.contains(.min) && !set.contains(.max))
        }
    }

    @Test func `sets without codes are one`() {
        let none = CategorySet(codes: [])
        #expect(none == CategorySet(bits: []) && none == CategorySet(bits: [0, 0, 0]))
        #expect(none.codes.isEmpty && none.bits.isEmpty && !none.contains(0))
    }
}
