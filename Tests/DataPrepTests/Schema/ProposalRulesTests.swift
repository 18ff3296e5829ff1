import Columnar
import DataPrep
import Features
import Testing

/// The parts of which the rules of a proposal are made.
@Suite struct ProposalRulesTests {
    @Test(arguments: [
        ("trans_date_trans_time", ["trans", "date", "trans", "time"]), ("TransactionDT", ["transaction", "dt"]),
        ("TX_AMOUNT", ["tx", "amount"]), ("isFraud", ["is", "fraud"]), ("card1", ["card", "1"]),
        ("IDNumber", ["id", "number"]), ("Händler Nr.", ["händler", "nr"]), ("", []), ("__", []),
    ])
    func namesAreSplitIntoWords(name: String, words: [String]) {
        #expect(ColumnWords(name).words == words)
    }

    @Test func longWordsAreFoundInOthers() {
        #expect(ColumnWords("Buchungsdatum").mentions(["datum"]))
        #expect(ColumnWords("customerid").mentions(["customer"]))
        // Short ones are not: a tax is no transaction.
        #expect(!ColumnWords("tax").mentions(["tx", "ax"]))
    }

    @Test(arguments: [
        (["1234.5", "-7"], NumberSeparators.standard), (["1234,5", "+7"], NumberSeparators(decimal: ",")),
        (["1,234.5", "12"], NumberSeparators(decimal: ".", thousands: ",")),
        (["1.234.567,5", "12"], NumberSeparators(decimal: ",", thousands: ".")),
        (["1 234,50"], NumberSeparators(decimal: ",", thousands: " ")),
        (["1'234.50"], NumberSeparators(decimal: ".", thousands: "'")), (["12,34.5"], nil), (["1.2.3"], nil),
        (["12", "x"], nil), (["."], nil), ([""], nil), ([], nil),
    ])
    func separatorsFollowFromTexts(texts: [String], separators: NumberSeparators?) {
        #expect(NumberForms.separators(of: texts) == separators)
    }

    @Test func aFormatNeedsNotReadEveryText() throws {
        let texts = (10..<40).map { "2019-08-22 00:00:\($0)" }
        #expect(TimeTextMatch(texts)?.format == .iso8601)
        #expect(TimeTextMatch(texts + ["soon"])?.reason == "30 of 31 sampled texts fit iso8601")
        #expect(TimeTextMatch(texts + ["soon", "later", "never"]) == nil)
        // Day 22 is no month.
        #expect(TimeTextMatch(["22/08/2019", "01/02/2019"])?.alternative == nil)
        #expect(TimeTextMatch(["02/08/2019", "01/02/2019"])?.alternative == (try TimeFormat("MM/dd/yyyy")))
    }

    @Test func timesAreReadFromAnyStorage() throws {
        let hours = TimeColumnReader(.relativeTime(unit: .hours, origin: CivilDateTime(year: 1970, month: 1, day: 1)))
        let unix = TimeColumnReader(.timestamp(format: .unixSeconds))
        let hour: Int64 = 3_600_000_000
        let integers = try Column(type: .int64, storage: .int64([2, .max]))
        #expect(hours.microseconds(integers) == [2 * hour, nil])
        #expect(unix.microseconds(integers) == [2_000_000, nil])
        let floats = try Column(type: .float64, storage: .float64([0.5, .nan, .infinity, 1_546_300_800.25]))
        #expect(hours.microseconds(floats).prefix(3) == [hour / 2, nil, nil])
        #expect(unix.microseconds(floats) == [500_000, nil, nil, 1_546_300_800_250_000])
        let milliseconds = try Column(
            type: .timestamp(unit: .milliseconds, isUTC: false), storage: .int64([5]))
        #expect(TimeColumnReader(.timestamp()).microseconds(milliseconds) == [5_000])
    }
}
