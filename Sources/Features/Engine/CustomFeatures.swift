/// A kind of feature that a Swift program adds: a number computed from one transaction.
public protocol RowFunction: Sendable {
    /// The feature's value; NaN where it is missing.
    ///
    /// It must depend on nothing but the arguments.
    /// - Parameters:
    ///   - inputs: The columns and earlier features that the plan names, in its order; NaN where one is missing.
    ///   - settings: The plan's.
    func value(_ inputs: UnsafeBufferPointer<Double>, settings: [String: Double]) -> Double
}

/// A kind of feature that a Swift program adds: a number computed from the transactions in a window.
///
/// In a plan its inputs are the column of the values, then the columns of the keys, none to two. Its settings
/// `window_seconds` and `delay_seconds` give the window's length and how long before the transaction it ends; `current`, if
/// it is not 0, adds the transaction itself.
public protocol WindowFunction: Sendable {
    /// The feature's value; NaN where it is missing.
    ///
    /// It must depend on nothing but the arguments.
    /// - Parameters:
    ///   - values: The column's values that are not missing, the oldest first; those of one time in ascending order.
    ///   - ages: How many seconds before the transaction each value was.
    ///   - settings: The plan's.
    func value(values: [Double], ages: [Double], settings: [String: Double]) -> Double
}

/// The kinds of features that a Swift program adds, by the names under which plans use them.
public struct CustomFeatures: Sendable {
    /// No kinds.
    public static let none = CustomFeatures()

    private(set) var rows: [String: any RowFunction] = [:]
    private(set) var windows: [String: any WindowFunction] = [:]

    /// No kinds, to which some are added.
    public init() {}

    /// The names of all kinds, in alphabetical order.
    public var names: [String] { (Array(rows.keys) + Array(windows.keys)).sorted() }

    /// Adds a function of one transaction; one of the same name is replaced.
    public mutating func add(_ name: String, _ function: any RowFunction) {
        windows[name] = nil
        rows[name] = function
    }

    /// Adds a function of the transactions in a window; one of the same name is replaced.
    public mutating func add(_ name: String, _ function: any WindowFunction) {
        rows[name] = nil
        windows[name] = function
    }
}
