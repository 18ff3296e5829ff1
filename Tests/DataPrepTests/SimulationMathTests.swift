import DataPrep
import Foundation
import TestSupport
import Testing

@Suite struct SimulationMathTests {
    @Test func logarithmsAndExponentialsAgreeWithTheSystems() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let x = Double.random(in: 1e-17...1, using: &generator)
            let expected = log(x)
            #expect(abs(PortableMath.naturalLogarithm(x) - expected) <= 4e-16 * max(1, abs(expected)))
            let mean = x * 100
            #expect(abs(PortableMath.exponentialOfNegative(mean) / exp(-mean) - 1) <= 2e-15)
        }
        #expect(PortableMath.exponentialOfNegative(0) == 1)
        #expect(PortableMath.naturalLogarithm(1) == 0)
    }

    @Test(.needs(.python)) func normalQuantilesAgreeWithScipy() throws {
        var probabilities: [Double] = [1 - 1e-9]
        for tail in 1...60 { probabilities.append(pow(2, Double(-tail) / 1.1)) }
        for permille in 1..<1_000 { probabilities.append(Double(permille) / 1_000) }
        let arguments = probabilities.map { "\($0)" }.joined(separator: ",")
        let expected = try Oracle.json(
            [Double].self,
            "import sys, json; from scipy.stats import norm; "
                + "print(json.dumps([float(norm.ppf(float(p))) for p in sys.argv[1].split(',')]))",
            [arguments])
        #expect(expected.count == probabilities.count)
        for (probability, quantile) in zip(probabilities, expected) {
            let ours = PortableMath.normalQuantile(probability)
            #expect(abs(ours - quantile) <= 1e-13 * max(1, abs(quantile)), "\(probability): \(ours), \(quantile)")
        }
    }

    @Test func samplesAreDistinct() {
        var generator = KeyedGenerator(seed: 3, .dirtKind, 0)
        for count in [1, 2, 5, 50] {
            for wanted in [0, 1, 3, 50] {
                let drawn = generator.distinctIndices(wanted, below: count)
                #expect(drawn.count == min(wanted, count))
                #expect(Set(drawn).count == drawn.count)
                #expect(drawn.allSatisfy { (0..<count).contains($0) })
            }
        }
    }
}
