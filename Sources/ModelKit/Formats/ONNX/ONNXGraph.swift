/// A graph of operations under construction: `GraphProto` of onnx.proto.
///
/// The names of inner values begin with `#` and are numbered, so that they differ from those of its inputs and outputs.
struct ONNXGraph {
    /// A vector of rows, or a column matrix (rows x 1).
    enum Shape {
        case vector, column
    }

    private var nodes: [ONNXNode] = []
    private var constants: [(name: String, tensor: ONNXTensor)] = []
    private var inputs: [(name: String, type: ONNXTensor.ElementType, shape: Shape)] = []
    private var outputs: [(name: String, type: ONNXTensor.ElementType)] = []
    private var valueCount = 0

    /// The name of a new value.
    private mutating func value() -> String {
        valueCount += 1
        return "#\(valueCount)"
    }

    mutating func input(_ name: String, _ shape: Shape) { inputs.append((name, .float32, shape)) }

    /// Declares a value of the graph, a vector of rows, as an output.
    mutating func output(_ name: String, _ type: ONNXTensor.ElementType, _ value: String) {
        nodes.append(ONNXNode(operation: "Identity", domain: .standard, inputs: [value], outputs: [name]))
        outputs.append((name, type))
    }

    mutating func constant(_ tensor: ONNXTensor) -> String {
        let name = value()
        constants.append((name, tensor))
        return name
    }

    /// Adds an operation of one result.
    mutating func node(
        _ operation: String, _ inputs: String..., domain: ONNXNode.Domain = .standard, attributes: [ONNXAttribute] = []
    ) -> String {
        node(operation, inputs, resultCount: 1, domain: domain, attributes: attributes)[0]
    }

    /// Adds an operation of several results.
    mutating func node(
        _ operation: String, _ inputs: [String], resultCount: Int, domain: ONNXNode.Domain = .standard,
        attributes: [ONNXAttribute] = []
    ) -> [String] {
        let results = (0..<resultCount).map { _ in value() }
        nodes.append(
            ONNXNode(operation: operation, domain: domain, inputs: inputs, outputs: results, attributes: attributes))
        return results
    }

    /// Converts the elements.
    mutating func cast(_ value: String, to type: ONNXTensor.ElementType) -> String {
        node("Cast", value, attributes: [.integer("to", type.rawValue)])
    }

    /// Writes `node` = 1, `name` = 2, `initializer` = 5, `input` = 11, `output` = 12.
    func write(name: String, to message: inout ProtobufWriter) {
        for node in nodes { message.message(1) { node.write(to: &$0) } }
        message.string(2, name)
        for (name, tensor) in constants { message.message(5) { tensor.write(name: name, to: &$0) } }
        for (name, type, shape) in inputs { message.message(11) { Self.writeValue(name, type, shape, to: &$0) } }
        for (name, type) in outputs { message.message(12) { Self.writeValue(name, type, .vector, to: &$0) } }
    }

    /// Writes `ValueInfoProto`: `name` = 1, `type` = 2, which is a `TypeProto` with `tensor_type` = 1: `elem_type` = 1,
    /// `shape` = 2 of `dim` = 1, each with `dim_value` = 1 or `dim_param` = 2.
    private static func writeValue(
        _ name: String, _ type: ONNXTensor.ElementType, _ shape: Shape, to message: inout ProtobufWriter
    ) {
        message.string(1, name)
        message.message(2) { typeMessage in
            typeMessage.message(1) { tensor in
                tensor.integer(1, type.rawValue)
                tensor.message(2) { dimensions in
                    dimensions.message(1) { $0.string(2, "rows") }
                    if shape == .column { dimensions.message(1) { $0.integer(1, 1) } }
                }
            }
        }
    }
}
