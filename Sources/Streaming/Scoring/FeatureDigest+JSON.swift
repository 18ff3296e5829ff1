import Scoring

extension FeatureDigest {
    /// Adds `"feature_digest"` as the last member of a JSON object that the text ends with, and that has others.
    func append(asMemberOfObjectEnding text: inout [UInt8]) {
        precondition(text.last == UInt8(ascii: "}"), "the text ends with an object")
        text.removeLast()
        text += ",\"feature_digest\":\"\(self)\"}".utf8
    }
}
