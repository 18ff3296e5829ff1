import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct TTestTests {
    /// Sizes from 2 to a hundred thousand and differences from none to many standard errors, down to p-values of 1e-300.
    @Test(.needs(.python)) func equalsSciPy() throws {
        var generator = SeededGenerator(seed: 11)
        var samples: [[[Double]]] = []
        for (count, other) in [(2, 2), (3, 40), (10, 10), (100, 100), (100, 37), (1000, 1000), (100_000, 99_999)] {
            for shift in [0.0, 0.01, 0.3, 2, 10] {
                samples.append([
                    (0..<count).map { _ in Double.random(in: 0..<1, using: &generator) },
                    (0..<other).map { _ in Double.random(in: 0..<3, using: &generator) + shift },
                ])
            }
        }
        let folder = try TemporaryFolder()
        try JSONEncoder().encode(samples).write(to: folder.url.appending(path: "samples.json"))
        let reference = try Oracle.json(
            [[Double]].self,
            """
            import json, sys
            from scipy import stats
            results = []
            for a, b in json.load(open(sys.argv[1])):
                s, w = stats.ttest_ind(a, b), stats.ttest_ind(a, b, equal_var=False)
                results.append([s.statistic, s.df, s.pvalue, w.statistic, w.df, w.pvalue])
            print(json.dumps(results))
            """, [folder.path("samples.json")])
        for (pair, expected) in zip(samples, reference) {
            let student = try TTest.student(pair[0], pair[1]), welch = try TTest.welch(pair[0], pair[1])
            for (test, start) in [(student, 0), (welch, 3)] {
                #expect(agree(try #require(test.statistic), expected[start]))
                #expect(agree(test.degreesOfFreedom, expected[start + 1]))
                let p = expected[start + 2]
                // Far in the tail the p-value magnifies the statistic's last digits: d ln p = -t dt.
                let tolerance = 1e-9 * max(1, abs(expected[start]))
                #expect(p < 1e-300 ? test.pValue < 1e-299 : abs(test.pValue / p - 1) < tolerance)
            }
        }
    }

    @Test func constantSamplesHaveNoStatistic() throws {
        let equal = try TTest.student([1, 1], [1, 1])
        #expect(equal.statistic == nil && equal.pValue == 1)
        let different = try TTest.welch([1, 1], [2, 2])
        #expect(different.statistic == nil && different.pValue == 0 && different.meanDifference == -1)
        #expect(throws: ModelError.unusableData("1 values; a t-test needs two in each sample")) {
            try TTest.student([1], [1, 2])
        }
        #expect(throws: ModelError.unusableData("value 1 of a sample is nan, not a finite number")) {
            try TTest.student([1, 2], [1, .nan])
        }
    }
}
