import JSONText

/// Times in requests and responses.
extension JSONValue {
    init(_ time: Timestamp) { self.init(time.millisecondsSince1970) }

    func optionalTimestamp(_ name: String) throws(Mismatch) -> Timestamp? {
        try optionalInteger(name).map(Timestamp.init(millisecondsSince1970:))
    }

    func timestamp(_ name: String) throws(Mismatch) -> Timestamp {
        Timestamp(millisecondsSince1970: try integer(name))
    }
}
