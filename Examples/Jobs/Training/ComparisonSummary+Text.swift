import Essentials
package import Pipelines

extension ComparisonSummary {
    /// The numbers for a terminal.
    package var text: String {
        func pair(_ values: [Double]) -> String {
            values.map { $0.text(decimals: 5) }.joined(separator: " to ")
        }
        let mark = warning.map { "WARNING              \($0)\n" } ?? ""
        let later = laterThan.map { ", later than \($0) (\(trainingRowsLeftOut) earlier rows left out)" } ?? ""
        return mark + """
            rows                 \(rows), \(frauds) frauds among them\(later)
            ROC AUC              candidate \(candidateROCAUC.text(decimals: 5)), champion \(championROCAUC.text(decimals: 5))
            average precision    candidate \(candidateAveragePrecision.text(decimals: 5)), champion \(championAveragePrecision.text(decimals: 5))
            DeLong               \(difference.text(decimals: 5)) (\(pair(deLongInterval)), p \(deLongPValue.text(decimals: 4)))
            paired bootstrap     \(pair(bootstrapInterval))
            t-test               p \(tTestPValue.text(decimals: 4)) (decides nothing)
            verdict              the candidate is \(verdict.text) the champion
            """
    }
}
