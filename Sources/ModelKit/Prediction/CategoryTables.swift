import CTreeKernels

/// The category sets of an ensemble, and the tests of them in trees whose tests are all made for a block of rows.
struct CategoryTables: Sendable {
    /// A set's words among all words, and the codes of their bits.
    struct Set: Sendable {
        let firstWord: Int
        let firstCode: UInt32
        let bitCount: UInt32
    }

    /// Values above this, cut to whole numbers, are categories.
    let above: Float
    private(set) var sets: [Set] = []
    private(set) var tests: [TreeKernelCategoryTest] = []
    private var words: [UInt32] = []

    init(above: Float) { self.above = above }

    /// There are fewer words than 32 bits can count.
    mutating func append(_ set: CategorySet) {
        // At least one word, so that the kernel may always load one.
        let setWords = set.words.isEmpty ? [0] : set.words
        sets.append(
            Set(
                firstWord: words.count, firstCode: UInt32(set.firstCode), bitCount: UInt32(setWords.count * 32)))
        words += setWords
    }

    mutating func appendTest(_ node: DecisionTree.Node, set: Int, leftLeaves: UInt32) {
        let set = sets[set]
        tests.append(
            TreeKernelCategoryTest(
                feature: UInt32(node.feature), left_leaves: leftLeaves, first_word: UInt32(set.firstWord),
                first_code: set.firstCode, bit_count: set.bitCount, nan_goes_left: node.defaultLeft ? 1 : 0))
    }

    /// Whether a value's category is in a set.
    @inline(__always)
    func contains(_ value: Float, set index: Int) -> Bool {
        let set = sets[index]
        let bit = tree_kernel_category(value, above) &- set.firstCode
        return bit < set.bitCount && words[set.firstWord + Int(bit / 32)] >> (bit % 32) & 1 == 1
    }

    /// Calls `body` with the first of the tests, and all words.
    func withPointers(
        _ range: Range<Int>, _ body: (UnsafePointer<TreeKernelCategoryTest>, UnsafePointer<UInt32>) -> Void
    ) {
        tests[range].withUnsafeBufferPointer { tests in
            words.withUnsafeBufferPointer { words in
                if let tests = tests.baseAddress, let words = words.baseAddress { body(tests, words) }
            }
        }
    }
}
