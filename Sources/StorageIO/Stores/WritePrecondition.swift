/// What must be true of the stored object when a new one is finished; otherwise the stored object stays. Of several
/// writers with the same precondition, exactly one succeeds.
public enum WritePrecondition: Sendable, Hashable {
    /// There is no object under the key. Otherwise writing fails with ``ObjectStoreError/Code/alreadyExists``.
    case ifAbsent
    /// The object still has this entity tag, from ``ObjectStore/head(_:)`` or a listing. If it has another one, or no
    /// longer exists, writing fails with ``ObjectStoreError/Code/modified``. Stores without
    /// ``ObjectStoreCapabilities/conditionalReplace`` fail with ``ObjectStoreError/Code/unsupported`` at once.
    case ifMatch(entityTag: String)
}

extension WritePrecondition {
    /// The entity tag that the object must have.
    var entityTag: String? {
        if case .ifMatch(let tag) = self { tag } else { nil }
    }

    /// The code of the error if it does not hold.
    var failureCode: ObjectStoreError.Code { self == .ifAbsent ? .alreadyExists : .modified }

    /// - Parameter current: the stored object's entity tag; nil if there is no object.
    /// - Throws: ``ObjectStoreError`` with ``failureCode``.
    func check(_ current: String?, location: String) throws(ObjectStoreError) {
        switch self {
        case .ifAbsent:
            guard current == nil else {
                throw ObjectStoreError(.alreadyExists, location: location, message: "there is already an object")
            }
        case .ifMatch(let expected):
            guard let current else {
                throw ObjectStoreError(
                    .modified, location: location, message: "there is no longer an object with the tag \(expected)")
            }
            try current.check(against: expected, location: location)
        }
    }
}

extension WriteOptions {
    /// For stores that cannot replace an object on a condition.
    /// - Throws: ``ObjectStoreError/Code/unsupported`` when that is requested.
    package func refuseIfMatch(location: String) throws(ObjectStoreError) {
        guard precondition?.entityTag != nil else { return }
        throw ObjectStoreError(
            .unsupported, location: location,
            message: "this store cannot compare an object's entity tag and replace the object in one step")
    }
}
