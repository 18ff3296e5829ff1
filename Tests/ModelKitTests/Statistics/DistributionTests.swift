import Foundation
import ModelKit
import TestSupport
import Testing

@Suite(.needs(.python)) struct DistributionTests {
    /// SciPy takes its values from Boost, whose own tests are against hundreds of digits.
    @Test func incompleteBetaEqualsSciPyTo1e12() throws {
        var cases: [[Double]] = []
        for a in [0.5, 1, 2.5, 14, 16, 50, 500, 5e4, 1e6] {
            for b in [0.5, 1, 3, 20, 400] {
                for x in [1e-10, 1e-3, 0.1, 0.5, 0.9, 0.999, 1 - 1e-6] { cases.append([a, b, x]) }
            }
        }
        let reference = try Oracle.json(
            [Double].self,
            """
            import json, sys
            import numpy as np
            from scipy import special
            print(json.dumps([float(special.betainc(a, b, x)) for a, b, x in json.loads(sys.argv[1])]))
            """, [String(decoding: try JSONEncoder().encode(cases), as: UTF8.self)])
        for (one, expected) in zip(cases, reference) where expected > 1e-290 {
            let value = IncompleteBeta.regularised(one[0], one[1], x: one[2], complement: 1 - one[2])
            #expect(abs(value / expected - 1) < 1e-12, "I(\(one)) is \(value), not \(expected)")
        }
    }

    @Test func normalQuantilesInvertTails() throws {
        let reference = try Oracle.json(
            [Double].self,
            """
            from scipy import special
            print([float(special.ndtri(p)) for p in (1e-300, 1e-12, 0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9999)])
            """)
        let probabilities = [1e-300, 1e-12, 0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9999]
        #expect(zip(probabilities, reference).allSatisfy { agree(NormalDistribution.quantile($0), $1, 1e-13) })
        #expect(agree(NormalDistribution.twoSidedTail(NormalDistribution.quantile(0.975)), 0.05, 1e-15))
    }
}
