/// What one contestant takes, run by run.
public struct Contest: Sendable {
    /// On the wall.
    public private(set) var wall: Measurement
    /// Of all processors.
    public private(set) var cpu: Measurement
    /// MB; a measurement for its median.
    public private(set) var memory: Measurement

    /// Nothing measured yet.
    public init(_ name: String) {
        wall = Measurement(name)
        cpu = Measurement(name)
        memory = Measurement(name)
    }

    /// Adds a run.
    public mutating func add(_ usage: ProcessUsage) {
        wall.seconds.append(usage.wall)
        cpu.seconds.append(usage.cpu)
        memory.seconds.append(usage.peakMegabytes)
    }

    /// Adds a run of another process.
    /// - Throws: ``ChildProcess/Failure`` when the output does not end with a ``ProcessUsage/line``.
    public mutating func add(_ output: String) throws {
        guard let usage = ProcessUsage(line: output) else { throw ChildProcess.Failure(description: output) }
        add(usage)
    }
}
