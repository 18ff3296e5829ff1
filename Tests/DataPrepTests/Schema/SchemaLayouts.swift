import Columnar
import TestSupport

/// Small made-up tables in the columns of public fraud data sets.
enum SchemaLayouts {
    private static let rows = 600

    private static func table(
        _ names: [String], separator: String = ",", seed: UInt64,
        _ fields: (_ row: Int, _ isFraud: Bool, _ generator: inout SeededGenerator) -> [String]
    ) -> String {
        var generator = SeededGenerator(seed: seed)
        let lines = (0..<rows).map { row in
            fields(row, Int.random(in: 0..<30, using: &generator) == 0, &generator).joined(separator: separator)
        }
        return ([names.joined(separator: separator)] + lines).joined(separator: "\n") + "\n"
    }

    /// Seconds since 1970 of a row: two hours apart, from 2019-01-01.
    static func seconds(_ row: Int) -> Int64 { 1_546_300_800 + Int64(row) * 7_200 }

    private static func cents(_ generator: inout SeededGenerator) -> Int {
        Int.random(in: 100...99_999, using: &generator)
    }

    private static func decimal(_ generator: inout SeededGenerator, _ range: ClosedRange<Double>) -> String {
        "\((Double.random(in: range, using: &generator) * 10_000).rounded() / 10_000 + 0.000_01)"
    }

    private static func digits(_ value: Int, _ count: Int) -> String {
        String(repeating: "0", count: max(0, count - "\(value)".count)) + "\(value)"
    }

    /// Card payments with coordinates, a first column without a name, and the time twice.
    static let sparkov = table(
        [
            "", "trans_date_trans_time", "cc_num", "merchant", "category", "amt", "gender", "city", "state", "zip",
            "lat", "long", "city_pop", "job", "dob", "trans_num", "unix_time", "merch_lat", "merch_long", "is_fraud",
        ], seed: 1
    ) { row, isFraud, generator in
        let customer = Int.random(in: 0..<40, using: &generator), merchant = Int.random(in: 0..<30, using: &generator)
        let id = String(UInt64.random(in: (1 << 60)...UInt64.max, using: &generator), radix: 16)
        return [
            "\(row)", CivilDateTime.text(microseconds: seconds(row) * 1_000_000),
            "\(4_000_000_000_000_000 + customer * 7919)", "\"shop_\(merchant), Sons\"", "kind_\(merchant % 5)",
            "\(Double(cents(&generator)) / 100)", customer % 2 == 0 ? "F" : "M", "Town \(customer)",
            ["NC", "WA", "ID"][customer % 3], "\(10_000 + customer)", decimal(&generator, 35...45),
            decimal(&generator, -100...(-80)), "\(100 + customer * 37)", "\"Job, \(customer % 25)\"",
            "19\(60 + customer)-05-17", "0000000000000000" + id, "\(1_325_376_000 + row * 7_200)",
            decimal(&generator, 35...45), decimal(&generator, -100...(-80)), isFraud ? "1" : "0",
        ]
    }

    /// Mobile payments in hours, without an id.
    static let paysim = table(
        [
            "step", "type", "amount", "nameOrig", "oldbalanceOrg", "newbalanceOrig", "nameDest", "isFraud",
            "isFlaggedFraud",
        ], seed: 2
    ) { row, isFraud, generator in
        let amount = Double(cents(&generator)) / 100
        return [
            "\(row / 3 + 1)", ["PAYMENT", "TRANSFER", "CASH_OUT"][row % 3], "\(amount)",
            "C\(digits(Int.random(in: 0..<50, using: &generator), 10))", "\(amount * 2)", "\(amount)",
            "M\(Int.random(in: 0..<30, using: &generator) * 104_729)", isFraud ? "1" : "0", "0",
        ]
    }

    /// Components without names, neither id nor key.
    static let ulb = table(["Time"] + (1...8).map { "V\($0)" } + ["Amount", "Class"], seed: 3) {
        row, isFraud, generator in
        let components = (1...8).map { _ in "\(Double.random(in: -9...9, using: &generator))" }
        return ["\(Double(row * 7_200))"] + components + ["\(Double(cents(&generator)) / 100)", isFraud ? "1" : "0"]
    }

    /// Many columns that are often missing; one never has a value.
    static let ieee = table(
        [
            "TransactionID", "isFraud", "TransactionDT", "TransactionAmt", "ProductCD", "card1", "card2", "card3",
            "card4", "addr1", "dist1", "dist2", "P_emaildomain", "C1", "D1", "M1",
        ], seed: 4
    ) { row, isFraud, generator in
        func missing(_ text: String) -> String { Int.random(in: 0..<3, using: &generator) == 0 ? "" : text }
        let card = Int.random(in: 0..<40, using: &generator)
        return [
            "\(2_987_000 + row)", isFraud ? "1" : "0", "\(86_400 + row * 7_200)", "\(Double(cents(&generator)) / 100)",
            ["W", "H", "C"][row % 3], "\(1_000 + card)", missing("\(100 + card).0"), "150.0",
            ["visa", "mastercard"][card % 2], missing("\(200 + card).0"), missing("\(row % 70).0"), "",
            missing(["gmail.com", "yahoo.com"][card % 2]), "\(row % 4).0", missing("\(row % 300).0"),
            missing(row % 5 == 0 ? "T" : "F"),
        ]
    }

    /// A bank's export: semicolons, decimal commas, dates that begin with the day, answers in German.
    static let german = table(
        ["Buchungsnummer", "Buchungszeit", "Kundennummer", "Händler", "Betrag", "Notiz", "Betrug"], separator: ";",
        seed: 5
    ) { row, isFraud, generator in
        let (cents, day) = (cents(&generator) * 10, row / 24)
        let units = cents / 100
        let whole = units >= 1_000 ? "\(units / 1_000).\(digits(units % 1_000, 3))" : "\(units)"
        return [
            "B-\(digits(row * 31, 7))",
            "\(digits(day % 28 + 1, 2)).\(digits(day / 28 + 1, 2)).2019 \(digits(row % 24, 2)):05",
            "\(70_000 + Int.random(in: 0..<40, using: &generator))",
            "Laden \(Int.random(in: 0..<25, using: &generator))",
            "\(whole),\(digits(cents % 100, 2))", row % 4 == 0 ? "n/a" : "Text \(row % 9)", isFraud ? "ja" : "nein",
        ]
    }
}
