import Foundation
import JSONText
import Testing

@Suite struct JSONValueCodableTests {
    private static let text =
        #"{"a":[],"b":{},"c":[1,-9223372036854775808,0.5,1e+300,true,null,"é\n"],"d":{"e":[{"f":"1"}]}}"#

    @Test func valuesAreCodedAsThemselves() throws {
        let value = try JSONValue(parsing: Array(Self.text.utf8))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(value), as: UTF8.self) == Self.text)

        let read = try JSONDecoder().decode(JSONValue.self, from: Data(Self.text.utf8))
        #expect(String(decoding: try encoder.encode(read), as: UTF8.self) == Self.text)
        for name in ["a", "b", "d"] { #expect(read.member(name) == value.member(name)) }
    }

    @Test func integersAboveSixtyFourBitsAreDoubles() throws {
        let value = JSONValue.array([.integer("18446744073709551616")])
        #expect(try JSONDecoder().decode([Double].self, from: JSONEncoder().encode(value)) == [0x1p64])
    }

    @Test func numbersThatJSONDoesNotHaveAreRefused() {
        #expect(throws: EncodingError.self) { try JSONEncoder().encode([JSONValue.number("NaN")]) }
        #expect(throws: EncodingError.self) { try JSONEncoder().encode([JSONValue.number("x")]) }
    }
}
