import Columnar
import Features
import Testing

@Suite struct TransactionSchemaTests {
    @Test(
        arguments: [
            ([], SchemaError.noColumns),
            ([SchemaColumn("a", .text), SchemaColumn("", .text)], .unnamedColumn(position: 1)),
            ([SchemaColumn("a", .text), SchemaColumn("A", .text)], .repeatedName(name: "A", columns: ["a", "A"])),
            (
                [SchemaColumn("a", .text), SchemaColumn("b", .text, spellings: ["A"])],
                .repeatedName(name: "A", columns: ["a", "b"])
            ),
            ([SchemaColumn("a", .text, spellings: ["x", "X"])], .repeatedName(name: "X", columns: ["a"])),
            (
                [SchemaColumn("a", .text, role: .id), SchemaColumn("b", .text, role: .id)],
                .repeatedRole(.id, columns: ["a", "b"])
            ),
            (
                [SchemaColumn("a", .timestamp(), role: .time), SchemaColumn("b", .timestamp(), role: .time)],
                .repeatedRole(.time, columns: ["a", "b"])
            ),
            (
                [SchemaColumn("a", .float(), role: .amount), SchemaColumn("b", .float(), role: .amount)],
                .repeatedRole(.amount, columns: ["a", "b"])
            ),
            (
                [SchemaColumn("a", .integer(), role: .label()), SchemaColumn("b", .boolean(), role: .label())],
                .repeatedRole(.label, columns: ["a", "b"])
            ),
            (
                [SchemaColumn("a", .timestamp(), role: .knownAt), SchemaColumn("b", .timestamp(), role: .knownAt)],
                .repeatedRole(.knownAt, columns: ["a", "b"])
            ),
            (
                [SchemaColumn("a", .text, role: .time)],
                .wrongType(column: "a", type: "text", role: .time, expected: "timestamp or relative_time")
            ),
            (
                [SchemaColumn("a", .category, role: .amount)],
                .wrongType(column: "a", type: "category", role: .amount, expected: "integer or float")
            ),
            (
                [SchemaColumn("a", .float(), role: .key)],
                .wrongType(column: "a", type: "float", role: .key, expected: "integer or text or category")
            ),
        ])
    func namesRolesAndTypesAreChecked(columns: [SchemaColumn], error: SchemaError) {
        #expect(throws: error) { try TransactionSchema(columns: columns).validate() }
    }

    @Test(
        arguments: [
            (SchemaColumn("a", .float(), minimum: 2, maximum: 1), "minimum 2.0 is above maximum 1.0"),
            (SchemaColumn("a", .float(), minimum: .nan), "not a finite number"),
            (SchemaColumn("a", .integer(), maximum: .infinity), "not a finite number"),
            (SchemaColumn("a", .text, minimum: 1), "are for numbers"),
            (
                SchemaColumn("a", .text, role: .label(fraud: ["J", "1"], genuine: ["0", "j"])),
                "'j' stands for a fraud and"
            ),
            (SchemaColumn("a", .text, role: .label(fraud: [])), "no text stands for a fraud"),
            (SchemaColumn("a", .text, role: .label(genuine: [])), "no text stands for a genuine"),
            (SchemaColumn("a", .boolean(trueValues: ["1"], falseValues: ["1"])), "'1' stands for true and for false"),
            (SchemaColumn("a", .boolean(trueValues: [])), "no text stands for true"),
            (
                SchemaColumn("a", .float(separators: NumberSeparators(decimal: ",", thousands: ","))),
                "both the decimal and"
            ),
            (SchemaColumn("a", .float(separators: NumberSeparators(decimal: "5"))), "'5' cannot separate"),
            (
                SchemaColumn("a", .integer(separators: NumberSeparators(decimal: ".", thousands: "-"))),
                "'-' cannot separate"
            ),
            (SchemaColumn("a", .timestamp(format: .unixSeconds, timeZone: .utc)), "leave the time zone out"),
            (
                SchemaColumn("a", .relativeTime(unit: .days, origin: CivilDateTime(year: 2019, month: 2, day: 29))),
                "not a whole second of the calendar"
            ),
            (SchemaColumn("a", .float(), role: .latitude(point: "home")), "'home' has no longitude"),
            (SchemaColumn("a", .float(), role: .longitude(point: "home")), "'home' has no latitude"),
        ])
    func settingsOfAColumnAreChecked(column: SchemaColumn, message: String) {
        let error = #expect(throws: SchemaError.self) { try TransactionSchema(columns: [column]).validate() }
        #expect(error?.description.hasPrefix("column 'a'") == true)
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    @Test func originsAreWholeSecondsOfTheCalendar() {
        let origins = [
            CivilDateTime(year: .max, month: 1, day: 1), CivilDateTime(year: 0, month: 1, day: 1),
            CivilDateTime(year: 2019, month: .min, day: 1), CivilDateTime(year: 2019, month: 1, day: 1, hour: 24),
            CivilDateTime(year: 2019, month: 1, day: 1, microsecond: 1),
        ]
        for origin in origins {
            let schema = TransactionSchema(columns: [SchemaColumn("a", .relativeTime(unit: .days, origin: origin))])
            #expect(throws: SchemaError.self) { try schema.validate() }
        }
    }

    @Test func pointsHaveTwoCoordinates() throws {
        func column(_ name: String, _ role: ColumnRole) -> SchemaColumn { SchemaColumn(name, .float(), role: role) }
        var schema = TransactionSchema(columns: [
            column("mlat", .latitude(point: "merchant")), column("long", .longitude(point: "customer")),
            column("lat", .latitude(point: "customer")), column("mlong", .longitude(point: "merchant")),
        ])
        try schema.validate()
        #expect(schema.points.map(\.name) == ["merchant", "customer"])
        #expect(schema.points.map(\.longitude.name) == ["mlong", "long"])
        schema.columns.append(column("other", .latitude(point: "customer")))
        #expect(
            throws: SchemaError.unpairedCoordinate(
                column: "lat", point: "customer", reason: "has another latitude: points have different names")
        ) { try schema.validate() }
    }

    @Test func columnsAreFoundByRoleAndName() {
        let schema = TransactionSchema.handbook
        #expect(schema.column(.id)?.name == "transaction_id")
        #expect(schema.keys.map(\.name) == ["customer_id", "terminal_id"])
        #expect(schema.attributes.map(\.name) == ["tx_time_seconds", "tx_time_days"])
        #expect(schema.columns(.ignored).map(\.name) == ["tx_fraud_scenario"])
        #expect(schema.column(.knownAt) == nil)
        #expect(schema.column(named: "Tranaction_ID")?.role == .id)
        #expect(schema.column(named: "amount") == nil)
    }

    @Test func offsetsFromUTCAreReadAndWritten() {
        for (text, seconds, written) in [
            ("UTC", 0, "UTC"), ("Z", 0, "UTC"), ("+00:00", 0, "UTC"), ("+03", 10_800, "+03:00"),
            ("-0430", -16_200, "-04:30"), ("+05:45", 20_700, "+05:45"),
        ] {
            #expect(UTCOffset(text)?.seconds == seconds)
            #expect(UTCOffset(text)?.description == written)
        }
        for text in ["", "utc", "Europe/Berlin", "+3", "+24:00", "+03:00 "] { #expect(UTCOffset(text) == nil) }
    }

    @Test func unitsAreMicroseconds() {
        #expect(
            RelativeTimeUnit.allCases.map(\.microseconds) == [
                1000, 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000,
            ])
    }

    // MARK: The Handbook's columns

    @Test func theHandbooksTableIsThatOfTransactionColumn() throws {
        try TransactionSchema.handbook.validate()
        #expect(try TransactionSchema.handbook.tableSchema() == TransactionColumn.tableSchema)
        #expect(try TransactionSchema(json: TransactionSchema.handbook.json) == .handbook)
    }

    @Test func theHandbooksColumnsHaveAllTheirNames() {
        let schema = TransactionSchema.handbook
        for column in schema.columns {
            for name in [column.name, column.name.uppercased()] + column.spellings {
                #expect(TransactionColumn(spelling: name)?.name == column.name)
            }
        }
        #expect(Set(schema.missingMarkers) == ["none", "null", "err", "nan"])
        #expect(schema.column(named: "customer_id")?.unknownCodes == ["-999999", "-9999"])
    }

    // MARK: Matching a table

    private static let schema = TransactionSchema(columns: [
        SchemaColumn("id", .text, role: .id, spellings: ["trans_num"]),
        SchemaColumn("amount", .float(), role: .amount, spellings: ["amt"]),
        SchemaColumn("customer_id", .integer(), role: .key),
        SchemaColumn("is_fraud", .integer(), role: .label()),
    ])

    private func table(_ names: String...) throws -> Schema { try Schema(names.map { Field($0, .string) }) }

    @Test func columnsAreMatchedByNameThenCaseThenSpelling() throws {
        let match = try Self.schema.match(table("Amt", "", "CUSTOMER_ID", "is_fraud", "trans_num", "other"))
        #expect(match.positions == [4, 0, 2, 3] && match.others == [1, 5])
        // The better name counts, and the other is no column of the schema.
        let exact = try Self.schema.match(table("trans_num", "AMOUNT", "amt", "amount", "id", "customer_id"))
        #expect(exact.positions == [4, 3, 5, nil] && exact.others == [0, 1, 2])
    }

    @Test func missingColumnsComeWithTheNearestNames() throws {
        let error = #expect(throws: SchemaError.self) {
            try Self.schema.match(table("id", "amonut", "costumer_id", "custmer_id", "note"))
        }
        guard case .missingColumns(let missing, let available) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(missing.map(\.name) == ["amount", "customer_id"])
        #expect(missing.map(\.nearest) == [["amonut"], ["custmer_id", "costumer_id"]])
        #expect(available.count == 5)
        #expect(
            error?.description
                == "there are no columns 'amount' (did you mean 'amonut'?), 'customer_id' (did you mean 'custmer_id' or "
                + "'costumer_id'?); columns: id, amonut, costumer_id, custmer_id, note")
    }

    @Test func rolesCanBeOptional() throws {
        let names = try table("id", "amount", "customer_id")
        #expect(try Self.schema.match(names).positions == [0, 1, 2, nil])
        #expect(throws: SchemaError.self) { try Self.schema.match(names, optional: []) }
        #expect(
            try Self.schema.match(table(), optional: [.id, .amount, .key, .label]).positions == [nil, nil, nil, nil])
    }

    @Test func aColumnIsFoundByNameOrSpelling() throws {
        let schema = TransactionSchema(columns: [
            SchemaColumn("id", .text, role: .id), SchemaColumn("card", .text, role: .key, spellings: ["cc_num"]),
        ])
        #expect(try schema.position(ofColumn: "CC_NUM") == 1)
        let error = #expect(throws: SchemaError.self) { try schema.position(ofColumn: "crad") }
        #expect(
            error.map { "\($0)" } == "there is no column 'crad' (did you mean 'card'?); columns: id, card")
    }

    @Test func namesThatDifferOnlyInCaseAreAmbiguous() throws {
        #expect(throws: SchemaError.ambiguousColumn(name: "amount", matches: ["Amount", "AMOUNT"])) {
            try Self.schema.match(table("id", "Amount", "AMOUNT", "customer_id"))
        }
        #expect(throws: SchemaError.ambiguousColumn(name: "id", matches: ["TRANS_NUM", "Trans_Num"])) {
            try Self.schema.match(table("TRANS_NUM", "Trans_Num", "amount", "customer_id"))
        }
    }
}
