import Essentials
import JSONText

/// The members of objects, in order of first appearance, each with what is known of it.
///
/// Names are compared as `Schema` compares them. The members of an object mostly come in the same order, so that a name is
/// first compared with the members after the last one.
struct MemberTree<Payload: Sendable>: Sendable {
    struct Node: Sendable {
        /// In UTF-8.
        let name: [UInt8]
        /// The names on the way from the root, with dots between them.
        let path: String
        /// How many objects are around the member's value: 0 for the root, which is the row itself.
        let depth: Int
        var payload: Payload
        /// The last row that has the member.
        var row = -1
        fileprivate(set) var children: [Int] = []
        fileprivate var positions: [String: Int] = [:]
        fileprivate var next = 0
    }

    static var root: Int { 0 }

    private var nodes: [Node]

    init(root: Payload) { nodes = [Node(name: [], path: "", depth: 0, payload: root)] }

    /// Members, the root included.
    var count: Int { nodes.count }

    subscript(node: Int) -> Node {
        _read { yield nodes[node] }
        _modify { yield &nodes[node] }
    }

    /// Another object of a node begins.
    mutating func begin(_ node: Int) { nodes[node].next = 0 }

    /// The known member of a name that has been scanned.
    @inline(__always)
    mutating func child(
        of parent: Int, named name: (contents: Range<Int>, hasEscapes: Bool), in scanner: JSONScanner
    ) -> Int? {
        if !name.hasEscapes {
            let next = nodes[parent].next
            for position in next..<max(next, min(next + 3, nodes[parent].children.count)) {
                let child = nodes[parent].children[position]
                if isEqual(nodes[child].name, scanner.text, name.contents) {
                    nodes[parent].next = position + 1
                    return child
                }
            }
        }
        guard let position = nodes[parent].positions[scanner.characters(name)] else { return nil }
        nodes[parent].next = position + 1
        return nodes[parent].children[position]
    }

    /// The known member of a name.
    func child(of parent: Int, named name: String) -> Int? {
        nodes[parent].positions[name].map { nodes[parent].children[$0] }
    }

    /// The path of a member.
    func path(of name: String, below parent: Int) -> String {
        parent == Self.root ? name : nodes[parent].path + "." + name
    }

    /// Adds a member that is not known yet.
    mutating func insert(_ name: String, below parent: Int, _ payload: Payload) -> Int {
        let child = Node(
            name: Array(name.utf8), path: path(of: name, below: parent), depth: nodes[parent].depth + 1,
            payload: payload)
        nodes.append(child)
        nodes[parent].positions[name] = nodes[parent].children.count
        nodes[parent].children.append(nodes.count - 1)
        nodes[parent].next = nodes[parent].children.count
        return nodes.count - 1
    }

    @inline(__always)
    private func isEqual(_ name: [UInt8], _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
        guard name.count == range.count else { return false }
        guard let base = text.baseAddress else { return name.isEmpty }
        return name.withUnsafeBufferPointer { name in
            name.baseAddress.map { memcmp($0, base + range.lowerBound, range.count) == 0 } ?? true
        }
    }
}
