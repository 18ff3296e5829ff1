import Essentials
import Parallelism

/// Values of measures on the rows and on bootstrap samples of them, for one or two models.
struct MeasureBootstrap: Sendable {
    /// By model and measure, the values on the rows themselves.
    private(set) var estimates: [[Double]] = []
    /// By model and measure, the values on each sample.
    private(set) var values: [[[Double]]] = []

    /// Models, rows and settings must be valid. Samples that are not drawn because of a cancellation are 0.
    init(
        _ models: [ModelScores], _ measures: [QualityMeasure], _ rows: EvaluationRows, _ settings: BootstrapSettings,
        threads: Int, cancellation: CancellationFlag?
    ) {
        let rankings = models.map { RankedRows(validated: $0.scores, threads: threads) }
        let units =
            rows.keys.map { BootstrapUnits(keys: $0, labels: rows.labels) }
            ?? BootstrapUnits(rankings[0], labels: rows.labels)
        let measured = zip(models, rankings).map { MeasuredModel($0, $1, measures, rows, units) }
        let width = models.count * measures.count
        // Samples, then the rows themselves.
        var all = [Double](repeating: 0, count: (settings.samples + 1) * width)
        all.withUnsafeMutableBufferPointer { buffer in
            // Each sample writes its own elements.
            nonisolated(unsafe) let all = buffer
            parallelFor(count: settings.samples + 1, threads: threads) { sample in
                if cancellation?.isCancelled == true { return }
                let result = UnsafeMutableBufferPointer(rebasing: all[sample * width..<(sample + 1) * width])
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: units.count) { counts in
                    if sample == settings.samples {
                        counts.initialize(repeating: 1)
                        _ = Self.measure(measured, UnsafeBufferPointer(counts), result)
                        return
                    }
                    var generator = SplitMix64(seed: settings.seed, stream: UInt64(sample))
                    repeat {
                        units.draw(&generator, into: counts)
                        // A sample of keys, or of rows with weights of 0, may lack a class: another one is drawn.
                    } while !Self.measure(measured, UnsafeBufferPointer(counts), result)
                }
            }
        }
        func value(_ sample: Int, _ model: Int, _ measure: Int) -> Double {
            all[sample * width + model * measures.count + measure]
        }
        estimates = models.indices.map { model in
            measures.indices.map { value(settings.samples, model, $0) }
        }
        values = models.indices.map { model in
            measures.indices.map { measure in (0..<settings.samples).map { value($0, model, measure) } }
        }
    }

    /// Fills the values of all models; returns false for a sample without both classes.
    private static func measure(
        _ models: [MeasuredModel], _ counts: UnsafeBufferPointer<UInt8>, _ result: UnsafeMutableBufferPointer<Double>
    ) -> Bool {
        var position = 0
        for model in models {
            guard model.measure(counts, result, &position) else { return false }
        }
        return true
    }
}

/// One model, prepared for any number of samples.
private struct MeasuredModel: Sendable {
    private let measures: [QualityMeasure]
    private let ranking: SampledRanking
    /// For measures that are ratios.
    private let ratios: [UnitRatio?]

    init(
        _ model: ModelScores, _ ranking: RankedRows, _ measures: [QualityMeasure], _ rows: EvaluationRows,
        _ units: BootstrapUnits
    ) {
        self.measures = measures
        self.ranking = SampledRanking(ranking, rows, units)
        ratios = measures.map { UnitRatio($0, model, rows, units) }
    }

    func measure(
        _ counts: UnsafeBufferPointer<UInt8>, _ result: UnsafeMutableBufferPointer<Double>, _ position: inout Int
    ) -> Bool {
        withUnsafeTemporaryAllocation(of: SIMD4<Double>.self, capacity: ranking.groupCount) { steps in
            var totals = SampledRanking.Totals(steps: steps)
            ranking.add(counts, to: &totals)
            guard totals.positives > 0, totals.negatives > 0 else { return false }
            for (measure, ratio) in zip(measures, ratios) {
                result[position] =
                    switch measure {
                    case .rocAUC: totals.areaUnderROC()
                    case .averagePrecision: totals.averagePrecision()
                    case .recallAtAlertShare(let share): totals.recall(atAlertShare: share)
                    case .precision, .recall, .brierScore, .meanCost: ratio?.value(counts) ?? 0
                    }
                position += 1
            }
            return true
        }
    }
}
