import Columnar
import Testing

@Suite struct NearestNamesTests {
    @Test(
        arguments: [
            ("customer_id", ["costumer_id"]), ("tx_amont", ["tx_amount"]), ("TX_AMOUNT", ["tx_amount"]),
            ("tx_amuont", ["tx_amount"]), ("id", ["ix"]), ("merchant", []), ("", []),
        ])
    func namesWithAFewOtherLettersAreNear(name: String, expected: [String]) {
        let candidates = ["costumer_id", "tx_amount", "ix", "terminal"]
        #expect(NearestNames.nearest(to: name, in: candidates) == expected)
    }

    @Test func theNearestComeFirstAndThreeAtMost() {
        let candidates = ["amoont1", "amount2", "amount", "amounts", "emount"]
        #expect(NearestNames.nearest(to: "amount", in: candidates) == ["amount", "amount2", "amounts"])
        #expect(NearestNames.nearest(to: "amount", in: []) == [])
    }

    @Test func namesOfAnyLengthAreCompared() {
        let long = String(repeating: "a", count: 100_000)
        #expect(NearestNames.nearest(to: long, in: [long + "b", "a"]) == [long + "b"])
    }

    @Test func namesAreAskedFor() {
        #expect(NearestNames.question([]) == nil)
        #expect(NearestNames.question(["amount", "a\n"]) == #"did you mean 'amount' or 'a\n'?"#)
    }
}
