import Columnar
import Features
import Foundation
import ModelKit
import Scoring

/// A model whose features a plan declares, over the columns of a shop: text keys, categories, optional numbers, decimal commas,
/// days before months, and words for booleans and labels.
enum RecordFixture {
    static func schema(named name: String = "shop", minimumAge: Double = 0) throws -> TransactionSchema {
        TransactionSchema(
            name: name,
            columns: [
                SchemaColumn("ref", .text, role: .id),
                SchemaColumn(
                    "booked", .timestamp(format: try TimeFormat("dd.MM.yyyy HH:mm"), timeZone: UTCOffset("+02:00")),
                    role: .time),
                SchemaColumn(
                    "amount", .float(separators: NumberSeparators(decimal: ",", thousands: ".")), role: .amount,
                    minimum: 0),
                SchemaColumn("card", .text, role: .key),
                SchemaColumn("shop", .integer(), role: .key, spellings: ["merchant"], missingMarkers: ["-1"]),
                SchemaColumn("kind", .category, missingMarkers: ["n/a"]),
                SchemaColumn("age", .float(), minimum: minimumAge, maximum: 150.5),
                SchemaColumn("items", .integer(width: .bits32), minimum: 1),
                SchemaColumn("points", .integer()),
                SchemaColumn("online", .boolean(trueValues: ["ja", "1"], falseValues: ["nein", "0"])),
                SchemaColumn("since", .relativeTime(unit: .days, origin: .init(year: 2019, month: 1, day: 1))),
                SchemaColumn("updated", .timestamp()),
                SchemaColumn("result", .category, role: .label(fraud: ["betrug"], genuine: ["ok"])),
                SchemaColumn("note", .text, role: .ignored),
            ], missingMarkers: ["NA"])
    }

    static let plan = FeaturePlan(
        name: "shop",
        features: [
            FeatureDeclaration("amount", .column("amount")), FeatureDeclaration("age", .column("age")),
            FeatureDeclaration("items", .column("items")), FeatureDeclaration("points", .column("points")),
            FeatureDeclaration("online", .column("online")),
            FeatureDeclaration("kind_position", .category(column: "kind", values: ["food", "fuel"])),
            FeatureDeclaration("card_count", .aggregate(WindowAggregate(.count, keys: ["card"], window: .days(1)))),
            FeatureDeclaration(
                "shop_risk",
                .aggregate(WindowAggregate(.fraudShare, keys: ["shop"], window: .days(7), delay: .days(1)))),
        ])

    /// Any number of all features; those that are missing count as -1.
    struct SumClassifier: BinaryClassifier {
        let featureNames = RecordFixture.plan.names
        /// For transactions with more items than that, there is no number.
        var mostItems = Float.infinity

        func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
            (0..<features.rowCount).map { row in
                features.columns.map { $0[row] }.withUnsafeBufferPointer(probability)
            }
        }

        func probability(row: UnsafeBufferPointer<Float>) -> Double {
            guard !(row[2] > mostItems) else { return .nan }
            let sum = row.enumerated().reduce(0) { sum, feature in
                sum + Double(feature.element.isNaN ? -1 : feature.element) / Double(feature.offset + 7)
            }
            return 0.5 + sum / (2 + 2 * abs(sum))
        }

        var featureImportance: [Double] { featureNames.map { _ in 0 } }
    }

    static func model(
        _ schema: TransactionSchema? = nil, classifier: SumClassifier = SumClassifier(), createdAt: String = "first"
    ) throws -> FraudModel {
        try FraudModel(
            features: .plan(plan, schema: try schema ?? Self.schema()), classifier: classifier,
            provenance: ModelProvenance(createdAt: createdAt, data: "test", rows: 1))
    }

    /// The members of a body in the usual form, in the schema's order.
    static func members(_ id: Int = 1, day: Int = 1, card: String = "c\u{FC}", shop: Int = 7) -> [(String, String)] {
        [
            ("ref", "\"r\(id)\""), ("booked", "\"\(day < 10 ? "0" : "")\(day).08.2019 12:00\""),
            ("amount", "\"1.234,5\""), ("card", "\"\(card)\""), ("shop", "\(shop)"), ("kind", "\"fuel\""),
            ("age", "41.5"), ("items", "3"), ("points", "-5"), ("online", "\"ja\""), ("since", "0.5"),
            ("updated", "\"2019-08-01T10:00:00Z\""),
        ]
    }

    static func body(_ members: [(String, String)]) -> String {
        "{\(members.map { "\"\($0)\": \($1)" }.joined(separator: ", "))}"
    }

    /// The usual body with another value of a column; without the column for nil.
    static func body(_ column: String, _ value: String?) -> String {
        body(members().compactMap { name, usual in name == column ? value.map { (name, $0) } : (name, usual) })
    }

    static func label(_ id: Int = 1, day: Int = 1, shop: Int = 7, result: String = "betrug") -> String {
        let names = ["ref", "booked", "shop"]
        let members = members(id, day: day, shop: shop).filter { names.contains($0.0) }
        return body(members + [("result", "\"\(result)\"")])
    }
}
