public import ModelKit

extension FraudModel {
    /// The classifier and the threshold in ONNX format. Its inputs are the classifier's features, computed as
    /// ``features`` says.
    /// - Throws: `ModelError` for a classifier or names of features that have no ONNX form; see `ONNXModel`.
    public func onnx() throws(ModelError) -> ONNXModel {
        try ONNXModel(
            classifier, threshold: threshold,
            properties: [
                "created": provenance.createdAt, "data": provenance.data, "library_version": provenance.libraryVersion,
            ],
            description: "Probability of payment fraud. 'label' is 1 from a probability of \(threshold) on.")
    }
}
