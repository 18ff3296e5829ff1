extension String {
    /// Compares an object's entity tag with the one that a reader expects.
    /// - Throws: ``ObjectStoreError/Code/modified`` when a reader expects another one.
    func check(against expected: String?, location: String) throws(ObjectStoreError) {
        guard let expected, expected != self else { return }
        throw ObjectStoreError(
            .modified, location: location, message: "the object was replaced: its tag is \(self), no longer \(expected)"
        )
    }
}
