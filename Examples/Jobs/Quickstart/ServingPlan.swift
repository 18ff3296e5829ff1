import Columnar
import Features

/// The requests to the quickstart's service, all of them later than the data.
struct ServingPlan: Sendable {
    /// To be scored one after the other.
    var asked: [Transaction]
    /// Transactions at one terminal that turn out to be frauds.
    var frauds: [Transaction]
    /// One at the same terminal when labels are due.
    var probe: Transaction
    /// The same transaction, but of another customer, whose history does not contain the first one.
    var secondProbe: Transaction

    /// - Parameter transactions: the last ones of the data; at least one.
    init(after transactions: TransactionColumns) {
        let day = CivilDateTime.microsecondsPerDay
        let order = transactions.dateTime.indices.sorted { transactions.dateTime[$0] < transactions.dateTime[$1] }
        let first = transactions.dateTime[order[0]], last = transactions.dateTime[order[order.count - 1]]
        let days = (last - first) / day + 1
        var nextID = (transactions.transactionID.max() ?? 0) + 1
        func later(_ row: Int, days: Int64) -> Transaction {
            var transaction = transactions[row]
            transaction.transactionID = nextID
            nextID += 1
            transaction.dateTime += days * day
            transaction.timeSeconds += days * 86_400
            transaction.timeDays += Int32(days)
            transaction.fraud = nil
            transaction.fraudScenario = nil
            return transaction
        }
        asked = order.prefix(20).map { later($0, days: days) }
        let terminal = transactions[order[0]].terminalID
        frauds = order.prefix(10).map { later($0, days: days) }
        for index in frauds.indices { frauds[index].terminalID = terminal }
        let due = days + 1 + Int64(FeatureWindows.handbook.delayDays)
        probe = later(order[0], days: due)
        secondProbe = later(order[0], days: due)
        probe.customerID = (transactions.customerID.max() ?? 0) + 1
        secondProbe.customerID = probe.customerID + 1
    }

    /// The body of `POST /labels`.
    var labels: [UInt8] {
        var body = Array("[".utf8)
        for (index, fraud) in frauds.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            TransactionJSON.append(
                TransactionLabel(
                    transactionID: fraud.transactionID, dateTime: fraud.dateTime, terminalID: fraud.terminalID,
                    isFraud: true), to: &body)
        }
        body.append(UInt8(ascii: "]"))
        return body
    }
}
