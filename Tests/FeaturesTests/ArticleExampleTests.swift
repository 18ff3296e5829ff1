import Features
import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        #expect(try Article.holdsCompiledExample(module: "Features"))
    }

    @Test func exampleCountsFraudsThatAreKnown() throws {
        let day: Int64 = 86_400_000_000
        func transaction(_ id: Int64, day number: Int64, fraud: Int32?) -> Transaction {
            Transaction(
                transactionID: id, dateTime: number * day, customerID: id, terminalID: 7, amount: 10,
                timeSeconds: number * 86_400, timeDays: Int32(number), fraud: fraud)
        }
        // The fraud of day 4 is not known on day 10 yet.
        let history = [
            transaction(1, day: 1, fraud: 1), transaction(2, day: 2, fraud: 0), transaction(3, day: 4, fraud: 1),
        ]
        #expect(try riskOfATerminal(history, next: transaction(4, day: 10, fraud: nil)) == 0.5)
    }
}
