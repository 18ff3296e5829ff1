import CTreeKernels
import ModelKit
import TestSupport
import Testing

@Suite struct TreesDeterminismTests {
    @Test func `boosting gives the same model on any number of threads`() throws {
        let samples = try TreeSamples(rows: 70_000, seed: 11, missing: 0.1)
        var settings = BoostedTreesConfiguration()
        settings.rounds = 8
        settings.rowSubsample = 0.7
        settings.columnSubsample = 0.6
        var models: [TreeEnsemble] = []
        for threads in [1, 2, 3, 8] {
            settings.threads = threads
            models.append(
                try BoostedTreesTrainer(settings).trainBlocking(samples.features, labels: samples.labels).model)
        }
        for model in models.dropFirst() { #expect(model == models[0]) }
        settings.seed = 1
        let other = try BoostedTreesTrainer(settings).trainBlocking(samples.features, labels: samples.labels).model
        #expect(other != models[0])
    }

    @Test func `a forest is the same on any number of threads`() throws {
        let samples = try TreeSamples(rows: 3_000, seed: 12, missing: 0.1)
        var settings = RandomForestConfiguration()
        settings.trees = 9
        var models: [TreeEnsemble] = []
        for threads in [1, 2, 5] {
            settings.threads = threads
            models.append(try RandomForestTrainer(settings).trainBlocking(samples.features, labels: samples.labels))
        }
        for model in models.dropFirst() { #expect(model == models[0]) }
        #expect(Set(models[0].trees).count == 9)
    }

    @Test func `the order of features changes no tree but the numbers of features`() throws {
        // Joining features into one histogram depends on their order; the sums must not.
        let samples = try TreeSamples(rows: 5_000, seed: 13, missing: 0.1)
        var settings = BoostedTreesConfiguration()
        settings.rounds = 5
        let model = try BoostedTreesTrainer(settings).trainBlocking(samples.features, labels: samples.labels).model
        let names = Array(samples.features.names.reversed())
        let reversed = try FeatureMatrix(names: names, columns: samples.features.columns.reversed())
        let other = try BoostedTreesTrainer(settings).trainBlocking(reversed, labels: samples.labels).model
        #expect(
            try model.probabilities(samples.features, threads: 1) == other.probabilities(reversed, threads: 1))
    }
}

@Suite struct TreeKernelTests {
    private static let levels = [TREE_KERNEL_PORTABLE, TREE_KERNEL_AVX2, TREE_KERNEL_AVX512].map { Int32($0) }

    @Test func `partitions agree on all levels and touch nothing behind the list`() {
        var generator = SeededGenerator(seed: 21)
        for count in [0, 1, 31, 32, 33, 64, 1000] {
            let column = (0..<(2000 + 64)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let list = Array((0..<2000).map { UInt16($0) }.shuffled(using: &generator).prefix(count).sorted())
            for (shift, threshold) in [(0, 0), (0, 100), (1, 100), (1, 255), (0, 254)] as [(UInt8, UInt8)] {
                let expected = list.filter { column[Int($0)] &+ shift <= threshold }
                let rest = list.filter { column[Int($0)] &+ shift > threshold }
                for level in Self.levels {
                    var rows = list + [7777, 8888]
                    var scratch = [UInt16](repeating: 0, count: count + 64)
                    let left = tree_kernel_partition(level, &rows, count, column, shift, threshold, &scratch)
                    #expect(left == expected.count)
                    #expect(rows == expected + rest + [7777, 8888])
                    var all = [UInt16](repeating: 0, count: count) + [7777, 8888]
                    let leftOfAll = tree_kernel_partition_all(level, &all, count, column, shift, threshold, &scratch)
                    let everyone = (0..<count).map { UInt16($0) }
                    let goLeft = everyone.filter { column[Int($0)] &+ shift <= threshold }
                    #expect(leftOfAll == goLeft.count)
                    #expect(all == goLeft + everyone.filter { column[Int($0)] &+ shift > threshold } + [7777, 8888])
                }
            }
        }
    }

    @Test func `partitions by value agree on all levels and touch nothing behind the list`() {
        var generator = SeededGenerator(seed: 25)
        let special: [Float] = [.nan, .infinity, -.infinity, 0, -0.0, 1]
        let column = (0..<2000).map { _ in
            Int.random(in: 0..<3, using: &generator) == 0
                ? special[Int.random(in: 0..<6, using: &generator)] : Float.random(in: -2...2, using: &generator)
        }
        for count in [0, 1, 31, 32, 33, 64, 1000] {
            let list = Array((0..<2000).map { UInt16($0) }.shuffled(using: &generator).prefix(count).sorted())
            for (nanLeft, threshold) in [(0, 0), (1, 0), (0, 1), (1, .infinity), (0, -.infinity)] as [(Int32, Float)] {
                func goesLeft(_ row: UInt16) -> Bool {
                    let value = column[Int(row)]
                    return value.isNaN ? nanLeft == 1 : value <= threshold
                }
                let expected = list.filter(goesLeft)
                for level in Self.levels {
                    var rows = list + [7777, 8888]
                    var scratch = [UInt16](repeating: 0, count: count + 64)
                    let left = tree_kernel_partition_values(level, &rows, count, column, nanLeft, threshold, &scratch)
                    #expect(left == expected.count)
                    #expect(rows == expected + list.filter { !goesLeft($0) } + [7777, 8888])
                }
            }
        }
    }

    @Test func `gradients agree on all levels to the last bit`() {
        var generator = SeededGenerator(seed: 22)
        let scores =
            [0, -0.0, 200, -200, .infinity, -.infinity]
            + (0..<995).map { _ in Float.random(in: -30...30, using: &generator) }
        let labels = scores.map { _ in UInt8.random(in: 0...1, using: &generator) }
        let weights = scores.map { _ in Float.random(in: 0...2, using: &generator) }
        for weights in [nil, weights] {
            var results: [[Int32]] = []
            for level in Self.levels {
                var pairs = [Int32](repeating: 0, count: 2 * scores.count)
                if let weights {
                    tree_kernel_logistic_gradients(level, scores, labels, weights, scores.count, 0x1p28, 0x1p29, &pairs)
                } else {
                    tree_kernel_logistic_gradients(level, scores, labels, nil, scores.count, 0x1p28, 0x1p29, &pairs)
                }
                results.append(pairs)
            }
            #expect(results[1] == results[0])
            #expect(results[2] == results[0])
        }
    }

    @Test func `bin codes agree on all levels with a plain search`() {
        var generator = SeededGenerator(seed: 23)
        for size in [1, 2, 8, 256] {
            var bounds = (0..<(size - 1)).map { _ in Float.random(in: -1...1, using: &generator) }.sorted()
            bounds.append(.infinity)
            let values =
                [Float.nan, .infinity, -.infinity, 0] + bounds.prefix(20)
                + (0..<200).map { _ in Float.random(in: -1.2...1.2, using: &generator) }
            let expected = values.map { value in value.isNaN ? 255 : UInt8(bounds.count { $0 < value }) }
            for level in Self.levels {
                var codes = [UInt8](repeating: 0, count: values.count)
                #expect(tree_kernel_encode_bins(level, bounds, bounds.count, values, values.count, &codes) == 1)
                #expect(codes == expected)
            }
        }
    }

    @Test func `leaf sums agree on all levels`() {
        var generator = SeededGenerator(seed: 24)
        let rows = 333
        let columns = (0..<3).map { _ in
            (0..<rows).map { _ in
                Int.random(in: 0..<9, using: &generator) == 0 ? Float.nan : Float.random(in: -1...1, using: &generator)
            }
        }
        // A comb: test i excludes leaf i.
        let tests = (0..<31).map {
            TreeKernelTest(
                threshold: Float.random(in: -1...1, using: &generator), feature: UInt32($0 % 3),
                left_leaves: 0x8000_0000 >> UInt32($0))
        }
        let values = (0..<32).map { Double($0) + 0.1 }
        let expected = (0..<rows).map { row -> Double in
            let leaf = tests.indices.first { index in
                let value = columns[Int(tests[index].feature)][row]
                return index < 10 ? !(value > tests[index].threshold) : value <= tests[index].threshold
            }
            return 1 + values[leaf ?? 31]
        }
        columns[0].withUnsafeBufferPointer { a in
            columns[1].withUnsafeBufferPointer { b in
                columns[2].withUnsafeBufferPointer { c in
                    let pointers = [a.baseAddress, b.baseAddress, c.baseAddress]
                    for level in Self.levels {
                        var sums = [Double](repeating: 1, count: rows)
                        tree_kernel_add_leaf_values(level, tests, 10, 31, values, pointers, 0, rows, &sums)
                        #expect(sums == expected)
                    }
                }
            }
        }
    }
}
