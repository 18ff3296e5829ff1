import Columnar

func amountsOfDay(_ batch: RecordBatch, day: Int32) throws -> (mean: Double, missing: Int) {
    let days = try batch.column("tx_time_days").int32Values()
    let rows = days.indices.filter { days[$0] == day }
    let amounts = try batch.column("tx_amount").take(rows)
    let values = try amounts.float64Values()
    let known = values.indices.filter { !amounts.isNull($0) }
    let sum = known.reduce(0) { $0 + values[$1] }
    return (known.isEmpty ? 0 : sum / Double(known.count), amounts.nullCount)
}
