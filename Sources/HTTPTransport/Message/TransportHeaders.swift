/// The header fields of a message, in order. Names are compared without regard to case (RFC 9110, section 5.1).
public struct TransportHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// One header field.
    public struct Field: Sendable, Hashable {
        /// As it was written.
        public var name: String
        /// Without white space around it.
        public var value: String

        /// A field of that name and value.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// All fields, in order; a name may occur more than once.
    public private(set) var fields: [Field] = []

    /// No fields.
    public init() {}

    /// One field for each pair.
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// The first value of that name. Setting replaces all of them; nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { TransportHeaders.areEqual($0.name, name) }?.value }
        set {
            let first = fields.firstIndex { TransportHeaders.areEqual($0.name, name) } ?? fields.endIndex
            fields.removeAll { TransportHeaders.areEqual($0.name, name) }
            if let newValue { fields.insert(Field(name: name, value: newValue), at: first) }
        }
    }

    /// Appends a field, even if there are others of its name.
    public mutating func add(_ name: String, _ value: String) { fields.append(Field(name: name, value: value)) }

    /// All values of that name, in order.
    public func values(_ name: String) -> [String] {
        fields.filter { TransportHeaders.areEqual($0.name, name) }.map(\.value)
    }

    private static func areEqual(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
