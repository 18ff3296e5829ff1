import Columnar
import DataPrep
import Features
import StorageIO
import TestSupport
import Testing

/// The schema that is proposed for data nobody has described.
@Suite struct SchemaProposalTests {
    private static func proposal(
        _ text: String, _ overrides: SchemaOverrides = SchemaOverrides()
    ) async throws -> SchemaProposal {
        try SchemaProposal(await ProfileFixture.profile(text), overrides: overrides)
    }

    /// Names by role, without attributes.
    private static func roles(_ proposal: SchemaProposal) -> [ColumnRole.Kind: [String]] {
        Dictionary(grouping: proposal.columns.filter { $0.role != .attribute }, by: \.role).mapValues { $0.map(\.name) }
    }

    // MARK: Layouts of public data sets

    @Test func cardPaymentsWithCoordinates() async throws {
        let proposal = try await Self.proposal(SchemaLayouts.sparkov)
        #expect(
            Self.roles(proposal) == [
                .id: ["trans_num"], .time: ["trans_date_trans_time"], .key: ["cc_num", "merchant"], .amount: ["amt"],
                .label: ["is_fraud"], .latitude: ["lat", "merch_lat"], .longitude: ["long", "merch_long"],
                .ignored: ["column0", "unix_time"],
            ])
        #expect(proposal.schema.points.map(\.name) == ["customer", "merchant"])
        #expect(proposal.schema.points.map(\.longitude.name) == ["long", "merch_long"])
        #expect(proposal.schema.column(.label)?.role == .label())
        #expect(proposal.schema.column(.amount)?.minimum == 0)
        // The first column has no name, and the reader of CSV gives it one.
        #expect(proposal.schema.columns.count == 20)
        #expect(proposal.column(named: "column0")?.reason == "counts the rows")
        let types = ["category", "gender", "state", "job", "zip"].map { proposal.column(named: $0)?.type }
        #expect(types.allSatisfy { $0 == .category })
        #expect(proposal.column(named: "dob")?.column.type == .timestamp(format: try TimeFormat("yyyy-MM-dd")))
        #expect(proposal.column(named: "trans_num")?.reason == "every value occurs once")
        #expect(proposal.column(named: "trans_num")?.confidence == .high)
        #expect(proposal.column(named: "is_fraud")?.reason == "two values, named like a label; '1' is a fraud")
        #expect(proposal.questions.isEmpty)
    }

    @Test func mobilePaymentsInHours() async throws {
        let proposal = try await Self.proposal(SchemaLayouts.paysim)
        #expect(
            Self.roles(proposal) == [
                .time: ["step"], .key: ["nameOrig", "nameDest"], .amount: ["amount"], .label: ["isFraud"],
                .ignored: ["isFlaggedFraud"],
            ])
        #expect(
            proposal.schema.column(.time)?.type
                == .relativeTime(unit: .hours, origin: CivilDateTime(year: 1970, month: 1, day: 1)))
        #expect(proposal.column(named: "type")?.type == .category)
        #expect(proposal.column(named: "isFlaggedFraud")?.reason == "every row has the value 0")
        #expect(proposal.questions.map(\.column) == ["step"])
    }

    @Test func componentsWithoutNames() async throws {
        let proposal = try await Self.proposal(SchemaLayouts.ulb)
        #expect(Self.roles(proposal) == [.time: ["Time"], .amount: ["Amount"], .label: ["Class"]])
        guard case .relativeTime(.seconds, _) = proposal.schema.column(.time)?.type else {
            Issue.record("\(String(describing: proposal.schema.column(.time)))")
            return
        }
        #expect(proposal.schema.attributes.map(\.name) == (1...8).map { "V\($0)" })
    }

    @Test func manyColumnsThatAreOftenMissing() async throws {
        let proposal = try await Self.proposal(SchemaLayouts.ieee)
        #expect(
            Self.roles(proposal) == [
                .id: ["TransactionID"], .time: ["TransactionDT"], .amount: ["TransactionAmt"], .label: ["isFraud"],
                .key: ["card1"], .ignored: ["card3", "dist2"],
            ])
        guard case .relativeTime(.seconds, _) = proposal.schema.column(.time)?.type else {
            Issue.record("\(String(describing: proposal.schema.column(.time)))")
            return
        }
        #expect(proposal.column(named: "M1")?.type == .boolean)
        #expect(proposal.column(named: "card2")?.reason == "40 distinct; 'card1' is the better key")
        #expect(proposal.column(named: "dist2")?.reason == "no row has a value")
        // It would be a key if it had values more often.
        #expect(proposal.questions.compactMap(\.column) == ["TransactionDT", "addr1"])
    }

    @Test func theHandbooksLayout() async throws {
        var text = "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_TIME_SECONDS,TX_TIME_DAYS,TX_FRAUD,"
        text += "TX_FRAUD_SCENARIO\n"
        for row in 0..<500 {
            let seconds = row * 900,
                time = CivilDateTime.text(microseconds: (1_522_540_800 + Int64(seconds)) * 1_000_000)
            let fraud = row % 50 == 49
            text +=
                "\(row),\(time),\(row * 7 % 60),\(row * 11 % 90),\(Double(row * 37 % 9_999) / 100 + 0.01),\(seconds),"
            text += "\(seconds / 86_400),\(fraud ? 1 : 0),\(fraud ? row % 3 + 1 : 0)\n"
        }
        let proposal = try await Self.proposal(text)
        #expect(
            Self.roles(proposal) == [
                .id: ["TRANSACTION_ID"], .time: ["TX_DATETIME"], .key: ["CUSTOMER_ID", "TERMINAL_ID"],
                .amount: ["TX_AMOUNT"], .label: ["TX_FRAUD"],
                .ignored: ["TX_TIME_SECONDS", "TX_TIME_DAYS", "TX_FRAUD_SCENARIO"],
            ])
    }

    @Test func semicolonsDecimalCommasAndDatesThatBeginWithTheDay() async throws {
        let proposal = try await Self.proposal(SchemaLayouts.german)
        #expect(
            Self.roles(proposal) == [
                .id: ["Buchungsnummer"], .time: ["Buchungszeit"], .key: ["Kundennummer", "Händler"],
                .amount: ["Betrag"], .label: ["Betrug"],
            ])
        #expect(proposal.schema.column(.time)?.type == .timestamp(format: try TimeFormat("dd.MM.yyyy HH:mm")))
        #expect(
            proposal.column(named: "Buchungszeit")?.reason.contains("600 of 600 sampled texts fit dd.MM.yyyy HH:mm")
                == true)
        #expect(
            proposal.schema.column(.amount)?.type == .float(separators: NumberSeparators(decimal: ",", thousands: ".")))
        #expect(proposal.schema.column(.label)?.role == .label(fraud: ["ja"], genuine: ["nein"]))
        #expect(proposal.schema.column(named: "Notiz")?.missingMarkers == ["n/a"])
        #expect(proposal.questions.isEmpty)
    }

    @Test func whatIsProposedIsReadBack() async throws {
        for text in [
            SchemaLayouts.sparkov, SchemaLayouts.paysim, SchemaLayouts.ulb, SchemaLayouts.ieee, SchemaLayouts.german,
        ] {
            let schema = try await Self.proposal(text).schema
            #expect(try TransactionSchema(json: schema.json) == schema)
        }
    }

    @Test func theTextHasRolesFactsAndQuestions() async throws {
        let schema = try await Self.proposal(SchemaLayouts.paysim).schema
        let profile = try await ProfileFixture.profile(SchemaLayouts.paysim, DataProfileRequest(schema))
        let text = try SchemaProposal(profile).describe(profile)
        let words = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(
            words.contains { $0.starts(with: ["step", "time", "medium", "hours", "200", "1", "to", "200"]) }, "\(text)")
        #expect(words.contains { $0.starts(with: ["nameOrig", "key", "high", "category", "50"]) }, "\(text)")
        #expect(text.contains("8.3 days, 9 days with rows"), "\(text)")
        #expect(words.contains { $0.starts(with: ["question", "step"]) }, "\(text)")
    }

    // MARK: What the data do not decide

    /// No day is above 12.
    @Test func datesThatMayBeginWithDayOrMonthAreAQuestion() async throws {
        let lines = (0..<200).map { row in
            "0\(row / 30 + 1)/0\(row % 9 + 1)/2019 10:\(10 + row % 50),\(row % 40),\(row % 9).5"
        }
        let text = "when,customer,amount\n" + lines.joined(separator: "\n") + "\n"
        let proposal = try await Self.proposal(text)
        #expect(proposal.schema.column(.time)?.type == .timestamp(format: try TimeFormat("dd/MM/yyyy HH:mm")))
        let question = try #require(proposal.questions.first { $0.column == "when" })
        #expect(question.text.contains("dd/MM/yyyy HH:mm and MM/dd/yyyy HH:mm"))
        #expect(proposal.column(named: "when")?.confidence != .high)

        let decided = try await Self.proposal(
            text, SchemaOverrides(time: "when", timeForm: .format(TimeFormat("MM/dd/yyyy HH:mm"))))
        #expect(decided.schema.column(.time)?.type == .timestamp(format: try TimeFormat("MM/dd/yyyy HH:mm")))
        #expect(!decided.questions.contains { $0.column == "when" })
        #expect(decided.column(named: "when")?.confidence == .given)
    }

    @Test func theRarerOfTwoUnknownTextsIsAFraudAndAQuestion() async throws {
        let lines = (0..<100).map { "\($0 % 20 == 0 ? "bad" : "good"),\(Double($0) + 0.5)" }
        let proposal = try await Self.proposal("fraud,amount\n" + lines.joined(separator: "\n") + "\n")
        #expect(proposal.schema.column(.label)?.role == .label(fraud: ["bad"], genuine: ["good"]))
        #expect(proposal.questions.contains { $0.column == "fraud" && $0.text.contains("'bad'") })
    }

    @Test func theOnlyCandidateIsBetterThanNone() async throws {
        let lines = (0..<400).map { row in
            "K\(1_000 + row * 17 % 50),\(Double(row * 31 % 997) + 0.25),\(row % 25 == 0 ? 1 : 0)"
        }
        let proposal = try await Self.proposal("who,x,z\n" + lines.joined(separator: "\n") + "\n")
        #expect(Self.roles(proposal) == [.key: ["who"], .amount: ["x"], .label: ["z"]])
        #expect(proposal.columns.allSatisfy { $0.confidence == .low })
        // And that there is no time.
        #expect(Set(proposal.questions.map(\.column)) == ["who", "x", "z", nil])
    }

    @Test func findingsOfColumnsThatGiveTheLabelAwayAreFollowed() async throws {
        let lines = (0..<400).map { row in
            let isFraud = row * 7 % 11 == 0
            return "\(row * 17 % 50),\(Double(row % 97) + 0.5),\(isFraud ? 90 : row % 50),\(isFraud ? 1 : 0)"
        }
        let text = "customer,amount,points,fraud\n" + lines.joined(separator: "\n") + "\n"
        let first = try await Self.proposal(text)
        #expect(first.column(named: "points")?.role == .attribute)
        let second = try SchemaProposal(
            await ProfileFixture.profile(text, DataProfileRequest(first.schema)))
        #expect(second.column(named: "points")?.role == .ignored)
        #expect(second.column(named: "points")?.reason == "gives the label away")
    }

    // MARK: Overrides

    @Test func overridesAlwaysWin() async throws {
        let proposal = try await Self.proposal(
            SchemaLayouts.paysim,
            SchemaOverrides(
                id: "NAMEDEST", time: "step", timeForm: .relative(.days), amount: "oldbalanceOrg",
                label: "isFlaggedFraud",
                keys: ["type"], excluded: ["isFraud", "amount"]))
        #expect(
            Self.roles(proposal) == [
                .id: ["nameDest"], .time: ["step"], .amount: ["oldbalanceOrg"], .label: ["isFlaggedFraud"],
                .key: ["type"], .ignored: ["amount", "isFraud"],
            ])
        #expect(proposal.column(named: "amount")?.reason == "given")
        guard case .relativeTime(.days, _) = proposal.schema.column(.time)?.type else {
            Issue.record("\(String(describing: proposal.schema.column(.time)))")
            return
        }
        #expect(proposal.columns.filter { $0.confidence == .given }.count == 7)
    }

    @Test func aKeyWithAPointIsAnInteger() async throws {
        let proposal = try await Self.proposal(SchemaLayouts.ieee, SchemaOverrides(keys: ["card1", "addr1"]))
        #expect(proposal.schema.keys.map(\.name) == ["card1", "addr1"])
        #expect(proposal.schema.column(named: "addr1")?.type == .integer())
    }

    @Test func wrongOverridesNameTheColumnAndTheWayOut() async throws {
        let profile = try await ProfileFixture.profile(SchemaLayouts.paysim)
        func expect(_ overrides: SchemaOverrides, _ error: SchemaProposalError, _ words: String) {
            #expect(throws: error) { try SchemaProposal(profile, overrides: overrides) }
            #expect(error.description.contains(words), "\(error)")
        }
        expect(
            SchemaOverrides(amount: "amuont"),
            .unknownColumn(
                name: "amuont", role: .amount, nearest: ["amount"], available: profile.columns.map(\.name)),
            "did you mean 'amount'?")
        expect(
            SchemaOverrides(keys: ["type"], excluded: ["type"]),
            .contradictoryRoles(column: "type", roles: [.key, .ignored]), "key and ignored")
        let text = try #require(profile.column(named: "type")?.sampledTexts.first)
        expect(SchemaOverrides(time: "type"), .unreadableTimes(column: "type", example: text), "no known form of time")
        expect(
            SchemaOverrides(time: "type", timeForm: .format(.iso8601)),
            .unsuitableTimeFormat(column: "type", format: "iso8601", example: text), "reads no value")
        expect(SchemaOverrides(label: "type"), .unsuitableLabel(column: "type", distinct: 3), "3 values")
        expect(SchemaOverrides(amount: "type"), .amountsNotNumbers(column: "type", example: text), "not numbers")
    }

    // MARK: Times of a second pass

    @Test func timesOfAnyFormAreProfiled() async throws {
        for (text, first, days) in [
            (SchemaLayouts.paysim, "1970-01-01 01:00:00", 9), (SchemaLayouts.ulb, "1970-01-01 00:00:00", 50),
            (SchemaLayouts.german, "2019-01-01 00:05:00", 25), (SchemaLayouts.sparkov, "2019-01-01 00:00:00", 50),
        ] {
            let schema = try await Self.proposal(text).schema
            let profile = try await ProfileFixture.profile(text, DataProfileRequest(schema, amountIsText: true))
            #expect(profile.time?.first == first)
            #expect(profile.time?.days.count == days)
            #expect(profile.time?.missing == 0)
            #expect(profile.label?.missing == 0 && profile.label?.frauds ?? 0 > 0)
        }
    }
}
