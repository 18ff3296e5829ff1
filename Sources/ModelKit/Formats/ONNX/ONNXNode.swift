/// One operation of an ONNX graph: `NodeProto` of onnx.proto.
struct ONNXNode {
    /// The sets of operators in use.
    enum Domain: String {
        case standard = ""
        case machineLearning = "ai.onnx.ml"
    }

    let operation: String
    let domain: Domain
    let inputs: [String]
    let outputs: [String]
    var attributes: [ONNXAttribute] = []

    /// Writes `input` = 1, `output` = 2, `op_type` = 4, `attribute` = 5, `domain` = 7.
    func write(to message: inout ProtobufWriter) {
        for input in inputs { message.string(1, input) }
        for output in outputs { message.string(2, output) }
        message.string(4, operation)
        for attribute in attributes { message.bytes(5, attribute.bytes) }
        if domain != .standard { message.string(7, domain.rawValue) }
    }
}

/// A setting of an operation, encoded: `AttributeProto` of onnx.proto.
///
/// `name` = 1, and by `type` = 20 one of `i` = 3 (2), `s` = 4 (3), `t` = 5 (4), `ints` = 8 (7), `strings` = 9 (8).
struct ONNXAttribute {
    let bytes: [UInt8]

    private init(_ name: String, type: Int64, _ write: (inout ProtobufWriter) -> Void) {
        var message = ProtobufWriter()
        message.string(1, name)
        write(&message)
        message.integer(20, type)
        bytes = message.bytes
    }

    static func integer(_ name: String, _ value: Int64) -> ONNXAttribute {
        ONNXAttribute(name, type: 2) { $0.integer(3, value) }
    }

    static func string(_ name: String, _ value: String) -> ONNXAttribute {
        ONNXAttribute(name, type: 3) { $0.string(4, value) }
    }

    static func tensor(_ name: String, _ value: ONNXTensor) -> ONNXAttribute {
        ONNXAttribute(name, type: 4) { $0.message(5) { value.write(name: name, to: &$0) } }
    }

    static func integers(_ name: String, _ values: some Sequence<Int64>) -> ONNXAttribute {
        ONNXAttribute(name, type: 7) { $0.packed(8, values) }
    }

    static func strings(_ name: String, _ values: some Sequence<String>) -> ONNXAttribute {
        ONNXAttribute(name, type: 8) { message in for value in values { message.string(9, value) } }
    }
}
