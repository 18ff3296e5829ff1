/// What a data set looks like: every column, and what was asked for in a ``DataProfileRequest``.
public struct DataProfile: Sendable, Hashable, Codable {
    /// The location that was read.
    public var location: String
    /// The format of the files: `csv` or `parquet`.
    public var format: String
    /// How many files there are.
    public var files: Int
    /// Their size as stored.
    public var bytes: Int64
    /// The rows of all files.
    public var rows: Int
    /// In the order of the data set.
    public var columns: [ColumnProfile]
    /// nil without a label column in the request.
    public var label: LabelProfile?
    /// nil without a time column in the request.
    public var time: TimeProfile?
    /// nil without a label and a column of numbers as amount in the request.
    public var amount: AmountProfile?
    /// nil without an id column in the request.
    public var id: IDProfile?
    /// What looks wrong, the most severe first.
    public var findings: [DataFinding]
    /// From the first row read to the last one profiled.
    public var seconds: Double

    /// The profile of a column; nil if there is none with that name.
    public func column(named name: String) -> ColumnProfile? { columns.first { $0.name == name } }
}
