/// Memory that evaluation of single transactions uses again, so that nothing is allocated for each. For one thread at a time,
/// and for any expressions in turn.
public struct ExpressionScratch: ~Copyable {
    private(set) var registers = UnsafeMutableBufferPointer<ExpressionRegister>(start: nil, count: 0)
    var arena = TextArena()

    /// Memory that grows when it is used.
    public init() {}

    deinit { registers.deallocate() }

    /// Makes room, and begins with a program's constants.
    mutating func begin(_ program: ExpressionProgram, bytes: UnsafeBufferPointer<UInt8>) {
        if registers.count < program.registerCount {
            registers.deallocate()
            registers = .allocate(capacity: program.registerCount)
            registers.initialize(repeating: .null)
        }
        for constant in program.constants {
            registers[constant.register] =
                switch constant.value {
                case .number(let number): ExpressionRegister(number)
                case .integer(let integer): ExpressionRegister(integer)
                case .text(let range):
                    ExpressionRegister(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[range]))
                case .truth(let truth): ExpressionRegister(truth.map { .init($0) } ?? .null)
                case .null: .null
                }
        }
    }
}
