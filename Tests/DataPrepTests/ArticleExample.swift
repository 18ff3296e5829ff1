import Columnar
import DataPrep
import Features
import StorageIO

func cleanAndDescribe(_ raw: StorageLocation, to clean: StorageLocation) async throws -> (CleaningReport, [[Float]]) {
    let files = try await DataFiles.find(raw)
    let cleaner = Cleaner(plan: CleaningPlan(outliers: .standard))
    let report = try await cleaner.clean(
        files.files.map(\.key), in: raw.store, to: .file(clean.key(), in: clean.store))

    let pipeline = FeaturePipeline(.windows)
    var history = pipeline.makeState()
    var features = [[Float]](repeating: [], count: pipeline.count)
    for try await batch in try await DataSet.open(clean).batches(threads: 2) {
        let columns = try await pipeline.columns(TransactionColumns(batch), state: &history, threads: 2)
        for (index, column) in columns.enumerated() { features[index] += column }
    }
    return (report, features)
}
