import DataPrep
import Foundation
import Testing

@Suite struct CleaningPlanTests {
    @Test func outlierRulesAreReadAndWritten() throws {
        let same = [
            "none", "iqr:1.5", "iqr:3:upper", "log-iqr:3:upper", "log-iqr:2.5", "z-score:4", "z-score:3:upper", "mad:5",
            "mad:3.5:upper", "quantile:0.001:0.999", "fixed:0:10000", "fixed:-inf:220",
        ]
        for text in same {
            let rule = try OutlierRule(parsing: text)
            #expect(rule.description == text)
            #expect(try OutlierRule(parsing: rule.description) == rule)
        }
        #expect(try OutlierRule(parsing: "iqr:1.5:both").description == "iqr:1.5")
        #expect(try OutlierRule(parsing: "log-iqr:3:upper") == .standard)
        for text in [
            "", "iqr", "iqr:", "iqr:x", "iqr:-1", "iqr:nan", "iqr:inf", "iqr:1:lower", "iqr:1:upper:", "IQR:1",
            "none:1",
            "quantile:0.9", "quantile:0.9:0.1", "quantile:-0.1:0.9", "quantile:0:1.1", "fixed:5", "fixed:5:1",
            "fixed:0:1:upper", "log:3",
        ] {
            #expect(throws: CleaningError.invalidOutlierRule(text: text)) { try OutlierRule(parsing: text) }
        }
    }

    @Test func plansAreStoredAsJSON() throws {
        let plan = CleaningPlan(
            outliers: try OutlierRule(parsing: "mad:4:upper"), duplicates: .wholeRow, unknownCustomers: [-1, -5],
            repairsTimeDays: true)
        #expect(try CleaningPlan(json: try plan.json()) == plan)
        #expect(try CleaningPlan(json: Array("{}".utf8)) == CleaningPlan())
        #expect(
            try CleaningPlan(json: Array(#"{"outliers":"iqr:1.5"}"#.utf8)).outliers == OutlierRule(parsing: "iqr:1.5"))
        // Both spellings of a key are read; the field's is written.
        for text in [#"{"repairs_time_days":true}"#, #"{"repairsTimeDays":true}"#] {
            let read = try CleaningPlan(json: Array(text.utf8))
            #expect(read.repairsTimeDays)
            #expect(String(decoding: try read.json(), as: UTF8.self).contains("\"repairs_time_days\" : true"))
        }
        for text in ["", "[]", #"{"outlier":"none"}"#, #"{"outliers":"iqr"}"#, #"{"repairsTimeDays":"yes"}"#] {
            #expect(throws: CleaningError.self) { try CleaningPlan(json: Array(text.utf8)) }
        }
    }

    @Test func plansAreDescribedInOneLine() {
        #expect(
            CleaningPlan().description
                == "drop malformed, missing and invalid rows; customers -999999, -9999; amounts not above 0; "
                + "repeated transaction_ids; amounts outside log-iqr:3:upper")
    }
}
