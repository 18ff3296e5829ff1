package import StorageIO

extension ObjectStoreRegistry {
    /// Refuses outputs that would destroy an input or one another, before anything is read or written.
    /// - Parameters:
    ///   - outputs: Locations to write to; nil for those that are not requested.
    ///   - inputs: Locations to read; nil for those that are not given. Tracking URIs are not files and are skipped.
    /// - Throws: `OutputConflict`; what resolving and listing throws.
    package func checkOutputs(_ outputs: [String?], against inputs: [String?]) async throws {
        let outputs = try outputs.compactMap { try $0.map(resolve) }
        let inputs = try inputs.compactMap { $0 }.filter { !TrackedURI.isTracked($0) }.map(resolve)
        for (index, output) in outputs.enumerated() {
            try await output.checkOutput(doesNotReplace: inputs)
            for other in outputs[..<index] where output.description.utf8.elementsEqual(other.description.utf8) {
                throw OutputConflict(output: output.description, other: other.description)
            }
        }
    }
}
