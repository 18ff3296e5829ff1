import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct ProtobufWriterTests {
    /// The fields of `AttributeProto` of onnx.proto that are tested.
    private struct Attribute: Codable, Equatable {
        var name: String
        var type: Int64
        var i: Int64
        var f: UInt32
        var s: [UInt8]
        var ints: [Int64]
        var strings: [String]
        var raw: [UInt8]
        var dims: [Int64]

        init(_ generator: inout SeededGenerator) {
            func integer() -> Int64 {
                let bits = Int.random(in: 0...63, using: &generator)
                let value = Int64.random(in: .min ... .max, using: &generator) >> Int64(bits)
                return [value, .max, .min, 0, 127, 128][Int.random(in: 0..<12, using: &generator) % 6]
            }
            func text() -> String {
                let length = [0, 1, 10, 127, 128, 20_000].randomElement(using: &generator) ?? 0
                return String((0..<length).map { _ in "aß\u{0}日\u{1F600}".randomElement(using: &generator) ?? "a" })
            }
            name = text()
            type = Int64.random(in: 0...14, using: &generator)
            i = integer()
            f = Float(Double(integer()) * 1e-9).bitPattern
            s = (0..<Int.random(in: 0...300, using: &generator)).map { _ in .random(in: 0...255, using: &generator) }
            ints = (0..<Int.random(in: 0...300, using: &generator)).map { _ in integer() }
            strings = (0..<Int.random(in: 0...5, using: &generator)).map { _ in text() }
            raw = Array(text().utf8)
            dims = (0..<Int.random(in: 0...3, using: &generator)).map { _ in integer() }
        }

        var bytes: [UInt8] {
            var message = ProtobufWriter()
            message.string(1, name)
            message.float(2, Float(bitPattern: f))
            message.integer(3, i)
            message.bytes(4, s)
            message.message(5) {
                $0.packed(1, dims)
                $0.bytes(9, raw)
            }
            message.packed(8, ints)
            for string in strings { message.string(9, string) }
            message.integer(20, type)
            return message.bytes
        }
    }

    @Test(.needs(.python)) func `Python's protobuf reads what is written`() throws {
        var generator = SeededGenerator(seed: 220)
        let attributes = (0..<300).map { _ in Attribute(&generator) }
        let folder = try TemporaryFolder()
        var file = Data()
        for attribute in attributes {
            let bytes = attribute.bytes
            file.append(contentsOf: withUnsafeBytes(of: UInt32(bytes.count).littleEndian, Array.init) + bytes)
        }
        try file.write(to: folder.url.appending(path: "attributes"))
        let decoded = try Oracle.json(
            [Attribute].self,
            """
            import sys, json, struct, onnx
            data, result = open(sys.argv[1], 'rb').read(), []
            while data:
                length = struct.unpack('<I', data[:4])[0]
                a = onnx.AttributeProto.FromString(data[4:4 + length])
                data = data[4 + length:]
                result.append(dict(
                    name=a.name, type=a.type, i=a.i, f=struct.unpack('<I', struct.pack('<f', a.f))[0], s=list(a.s),
                    ints=list(a.ints), strings=[s.decode() for s in a.strings], raw=list(a.t.raw_data),
                    dims=list(a.t.dims)))
            print(json.dumps(result))
            """, [folder.path("attributes")])
        #expect((decoded == attributes) == true)
    }
}
