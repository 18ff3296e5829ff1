import Columnar
import Features
import TestSupport
import Testing

@Suite struct CategoryCounterTests {
    private func plan(_ columns: String...) -> FeaturePlan {
        FeaturePlan(
            name: "p",
            features: columns.map { FeatureDeclaration("\($0)_category", .category(column: $0, values: nil)) })
    }

    private func values(_ column: Column) throws -> [String] {
        var counter = CategoryCounter(for: plan("c"))
        try counter.add(RecordBatch([("c", column)]))
        return counter.values(of: "c")
    }

    @Test func theMostFrequentValueIsFirst() throws {
        let texts = ["b", "a", "c", "c", "é", "", "z", "z", "z"]
        // Equally frequent ones by their bytes.
        #expect(try values(.string(texts)) == ["z", "c", "", "a", "b", "é"])
    }

    @Test func missingValuesAreNone() throws {
        let validity = Bitmap([true, false, true])
        #expect(try values(.string(["a", "", "a"], validity: validity)) == ["a"])
        #expect(try values(.int64([7, 0, 7], validity: validity)) == ["7"])
        #expect(try values(.boolean([true, false, true], validity: validity)) == ["true"])
        #expect(try values(.string([])) == [])
    }

    @Test func integersAndTruthValuesAreTexts() throws {
        #expect(try values(.int64([-5, 10, 9, 10])) == ["10", "-5", "9"])
        #expect(try values(.int32([3, 3, .min])) == ["3", "-2147483648"])
        #expect(try values(.boolean([false, true, false])) == ["false", "true"])
    }

    @Test func bytesThatAreNoTextAreLeftOut() throws {
        var bytes = ByteArrays()
        for value in [[0xFF], [0xFF], [0x61]] as [[UInt8]] { bytes.append(value) }
        #expect(try values(Column(type: .string, storage: .bytes(bytes))) == ["a"])
    }

    @Test func atMostThousandValuesAreKept() throws {
        let texts = (0..<1500).map { "v\(10_000 + $0)" } + ["v11499"]
        let kept = try values(.string(texts))
        #expect(kept.count == CategoryCounter.valueLimit)
        #expect(kept == ["v11499"] + (0..<999).map { "v\(10_000 + $0)" })
    }

    @Test func columnsThatAreNoCategoriesAreRefused() throws {
        var counter = CategoryCounter(for: plan("c"))
        let numbers = try RecordBatch([("c", .float64([1]))])
        #expect(throws: ColumnarError.self) { try counter.add(numbers) }
        let other = try RecordBatch([("d", .string(["a"]))])
        #expect(throws: ColumnarError.missingField(name: "c", available: ["d"])) { try counter.add(other) }
    }

    @Test func onlyOpenCategoriesAreFitted() throws {
        var plan = plan("c", "d", "c")
        plan.features[2] = FeatureDeclaration("same", .category(column: "c", values: nil))
        plan = plan.adding(
            FeatureDeclaration("given", .category(column: "c", values: ["x"])),
            FeatureDeclaration("hour", .calendar(.hour)))
        #expect(plan.needsFitting)
        var counter = CategoryCounter(for: plan)
        try counter.add(RecordBatch([("c", .string(["a", "b", "b"])), ("d", .int32([4, 4, 2]))]))
        let fitted = plan.fitted(with: counter)
        #expect(!fitted.needsFitting)
        #expect(
            fitted.features.map(\.kind) == [
                .category(column: "c", values: ["b", "a"]), .category(column: "d", values: ["4", "2"]),
                .category(column: "c", values: ["b", "a"]), .category(column: "c", values: ["x"]), .calendar(.hour),
            ])
    }

    /// However rows are divided among counters, and in whichever order, the values are those of a simple count.
    @Test func countersThatShareTheWorkAgreeWithOne() throws {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<20 {
            let distinct = Int.random(in: 1...3000, using: &generator)
            let texts = (0..<5000).map { _ in "v\(Int.random(in: 0..<distinct, using: &generator))" }
            var expected: [String: Int] = [:]
            for text in texts { expected[text, default: 0] += 1 }
            let order = expected.values.sorted(by: >)
            var counters = (0..<4).map { _ in CategoryCounter(for: plan("c")) }
            for start in stride(from: 0, to: texts.count, by: 700) {
                let rows = Array(texts[start..<min(texts.count, start + 700)])
                try counters[Int.random(in: 0..<4, using: &generator)].add(RecordBatch([("c", .string(rows))]))
            }
            let merged = counters.shuffled(using: &generator).reduce(into: CategoryCounter(for: plan("c"))) {
                $0.merge($1)
            }
            let counts = merged.values(of: "c").map { expected[$0] ?? 0 }
            #expect(counts == Array(order.prefix(CategoryCounter.valueLimit)))
            #expect(try merged.values(of: "c") == values(.string(texts)))
        }
    }
}
