public import Features
import Columnar

extension DataProfileRequest {
    /// Describes the label, time, amount and id of a schema, each if the schema has it. Amounts that are stored as text are left out:
    /// a profile's comparison of amounts needs numbers.
    /// - Parameter amountIsText: Whether the data have the amount as text.
    public init(_ schema: TransactionSchema, amountIsText: Bool = false) {
        self.init(amount: amountIsText ? nil : schema.column(.amount)?.name, id: schema.column(.id)?.name)
        if let column = schema.column(.label), case .label(let fraud, _) = column.role {
            label = Label(column.name, fraudValues: Set(fraud))
        }
        if let column = schema.column(.time) {
            let reader = TimeColumnReader(column.type)
            time = Time(column.name) { reader.microseconds($0) }
        }
    }
}
