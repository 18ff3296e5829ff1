import Foundation
import ModelKit

// The article's example, word for word; a test compares the two.
func export(_ classifier: any BinaryClassifier, threshold: Double, to file: URL) throws {
    let model = try ONNXModel(classifier, threshold: threshold, properties: ["created": "2026-01-01"])
    try Data(model.bytes).write(to: file)
}
