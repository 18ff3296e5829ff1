import ModelKit
import StorageIO

/// What the elements of a pipeline's vector columns are, stage by stage.
struct SparkVectors {
    /// An element: (x - shift) * factor of a column, or of whether the column has a code.
    struct Element {
        let column: String
        /// Nil for the column itself.
        let code: Int?
        var shift = 0.0
        var factor = 1.0

        var isScaled: Bool { shift != 0 || factor != 1 }

        /// The element of a row whose column has the code, or has not.
        func indicator(_ hasCode: Bool) -> Double { ((hasCode ? 1 : 0) - shift) * factor }
    }

    private static let package = "org.apache.spark.ml.feature."

    private var columns: [String: [Element]] = [:]

    /// The elements of a column: its own, where no stage has made it.
    subscript(_ column: String) -> [Element] { columns[column] ?? [Element(column: column, code: nil)] }

    /// Takes a stage that makes columns.
    mutating func add(_ stage: SparkFiles.Metadata, folder: String, files: SparkFiles) async throws {
        switch stage.class {
        case Self.package + "VectorAssembler":
            guard let inputs = stage.parameter(\.inputCols), let output = stage.parameter(\.outputCol) else {
                throw SparkFiles.error(folder, "a VectorAssembler without columns")
            }
            columns[output] = inputs.flatMap { self[$0] }
        case Self.package + "OneHotEncoderModel", Self.package + "OneHotEncoderEstimatorModel":
            try await addIndicators(stage, folder, files)
        case Self.package + "StandardScalerModel":
            guard let input = stage.parameter(\.inputCol), let output = stage.parameter(\.outputCol) else {
                throw SparkFiles.error(folder, "a StandardScaler without columns")
            }
            let elements = self[input]
            let table = try await files.table(folder + "data/")
            let deviations = try await table.vector("std", count: elements.count)
            let means = try await table.vector("mean", count: elements.count)
            let withMean = stage.parameter(\.withMean) ?? false, withStd = stage.parameter(\.withStd) ?? true
            columns[output] = try elements.indices.map { index in
                guard !elements[index].isScaled else { throw SparkFiles.error(folder, "elements are scaled twice") }
                var element = elements[index]
                if withMean { element.shift = means[index] }
                // An element that does not vary becomes 0.
                if withStd { element.factor = deviations[index] == 0 ? 0 : 1 / deviations[index] }
                return element
            }
        default:
            throw SparkFiles.error(
                folder,
                "the stage is a \(stage.class); supported are VectorAssembler, OneHotEncoderModel, "
                    + "StandardScalerModel and classifiers")
        }
    }

    private mutating func addIndicators(
        _ stage: SparkFiles.Metadata, _ folder: String, _ files: SparkFiles
    ) async throws {
        let inputs = stage.parameter(\.inputCols) ?? stage.parameter(\.inputCol).map { [$0] } ?? []
        let outputs = stage.parameter(\.outputCols) ?? stage.parameter(\.outputCol).map { [$0] } ?? []
        let sizes = try await files.table(folder + "data/").lists("categorySizes").first ?? []
        guard !inputs.isEmpty, inputs.count == outputs.count, sizes.count == inputs.count else {
            throw SparkFiles.error(folder, "\(inputs.count) columns become \(outputs.count), with \(sizes.count) sizes")
        }
        let dropsLast = stage.parameter(\.dropLast) ?? true
        let keepsInvalid = stage.parameter(\.handleInvalid) == "keep"
        // The element for invalid codes is the last one.
        guard dropsLast || !keepsInvalid else {
            throw SparkFiles.error(folder, "a one-hot encoder with an element for invalid codes is not supported")
        }
        for (index, input) in inputs.enumerated() {
            guard columns[input] == nil, let size = Int(exactly: sizes[index]),
                (0...CategorySet.codeLimit).contains(size)
            else { throw SparkFiles.error(folder, "'\(input)' with \(sizes[index]) codes cannot be encoded") }
            let count = max(0, dropsLast && !keepsInvalid ? size - 1 : size)
            columns[outputs[index]] = (0..<count).map { Element(column: input, code: $0) }
        }
    }
}
