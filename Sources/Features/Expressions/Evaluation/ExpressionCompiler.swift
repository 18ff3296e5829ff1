import Columnar

/// Turns a checked expression into a program.
struct ExpressionCompiler {
    private let types: [DataType]
    private var program = ExpressionProgram()

    private init(types: [DataType]) { self.types = types }

    /// - Parameter types: Those of the schema's columns in tables.
    static func program(for expression: CheckedExpression, types: [DataType]) -> ExpressionProgram {
        var compiler = ExpressionCompiler(types: types)
        compiler.program.result = compiler.value(of: expression)
        return compiler.program
    }

    /// The register that holds a value once the instructions have run: its own if it is a constant.
    private mutating func value(of expression: CheckedExpression) -> Int {
        if case .constant(let constant) = expression { return register(of: constant) }
        let target = makeRegister()
        compute(expression, into: target)
        return target
    }

    private mutating func compute(_ expression: CheckedExpression, into target: Int) {
        switch expression {
        case .constant(let constant): emit(.move, target, register(of: constant))
        case .column(let column, let load): emit(load, target, input(of: column), column)
        case .feature(let index):
            emit(.loadFeature, target, input(ofFeature: index), index)
        case .operation(let operation, let operands):
            let registers = operands.map { value(of: $0) }
            emit(operation, target, registers[0], registers.last ?? 0)
        case .and(let operands): connect(operands, .and, .jumpIfFalse, target)
        case .or(let operands): connect(operands, .or, .jumpIfTrue, target)
        case .choice(let condition, let value, let otherwise):
            let elseJump = emit(.jumpUnlessTrue, 0, self.value(of: condition))
            compute(value, into: target)
            let endJump = emit(.jump, 0, 0)
            land(elseJump)
            compute(otherwise, into: target)
            land(endJump)
        case .coalesce(let kind, let operands):
            var jumps: [Int] = []
            for (index, operand) in operands.enumerated() {
                compute(operand, into: target)
                if index < operands.count - 1 { jumps.append(emit(.jumpIfKnown(kind), 0, target)) }
            }
            for jump in jumps { land(jump) }
        case .between(let kind, let operand, let lower, let upper):
            let operand = value(of: operand)
            emit(.lessOrEqual(kind), target, value(of: lower), operand)
            let jump = emit(.jumpIfFalse, 0, target)
            let isBelow = makeRegister()
            emit(.lessOrEqual(kind), isBelow, operand, value(of: upper))
            emit(.and, target, target, isBelow)
            land(jump)
        case .membership(let operand, let list): search(list, for: value(of: operand), target)
        }
    }

    /// The operands of `and` or `or`; the rest is skipped once the result is known.
    private mutating func connect(
        _ operands: [CheckedExpression], _ operation: ExpressionOperation, _ jump: ExpressionOperation, _ target: Int
    ) {
        var jumps: [Int] = []
        for (index, operand) in operands.enumerated() {
            if index == 0 {
                compute(operand, into: target)
            } else {
                emit(operation, target, target, value(of: operand))
            }
            if index < operands.count - 1 { jumps.append(emit(jump, 0, target)) }
        }
        for jump in jumps { land(jump) }
    }

    private mutating func search(_ list: ExpressionList, for operand: Int, _ target: Int) {
        let operation: ExpressionOperation
        let start: Int
        let end: Int
        switch list.values {
        case .numbers(let values):
            operation = .amongNumbers
            start = program.numbers.count
            program.numbers += values
            end = program.numbers.count
        case .integers(let values):
            operation = .amongIntegers
            start = program.integers.count
            program.integers += values
            end = program.integers.count
        case .texts(let values):
            operation = .amongTexts
            start = program.texts.count
            for value in values { program.texts.append(store(value)) }
            end = program.texts.count
        }
        program.instructions.append(
            ExpressionProgram.Instruction(
                operation: operation, target: Int32(target), left: Int32(operand), right: Int32(start),
                count: Int32(end - start), hasNull: list.hasNull))
    }

    // MARK: Parts of the program

    /// - Returns: The instruction's position.
    @discardableResult
    private mutating func emit(_ operation: ExpressionOperation, _ target: Int, _ left: Int, _ right: Int = 0) -> Int {
        program.instructions.append(
            ExpressionProgram.Instruction(
                operation: operation, target: Int32(target), left: Int32(left), right: Int32(right)))
        return program.instructions.count - 1
    }

    /// Lets a jump lead to the next instruction.
    private mutating func land(_ jump: Int) {
        program.instructions[jump].right = Int32(program.instructions.count)
    }

    private mutating func makeRegister() -> Int {
        program.registerCount += 1
        return program.registerCount - 1
    }

    private mutating func input(of column: Int) -> Int {
        if let index = program.inputs.firstIndex(where: { $0.column == column }) { return index }
        program.inputs.append((column, types[column]))
        return program.inputs.count - 1
    }

    private mutating func input(ofFeature index: Int) -> Int {
        if let input = program.features.firstIndex(of: index) { return input }
        program.features.append(index)
        return program.features.count - 1
    }

    private mutating func register(of constant: ExpressionConstant) -> Int {
        let value: ExpressionProgram.Constant.Value =
            switch constant {
            case .number(let number): .number(number)
            case .integer(let integer?): .integer(integer)
            case .text(let text?): .text(store(text))
            case .truth(let truth): .truth(truth)
            case .integer(nil), .text(nil): .null
            }
        let register = makeRegister()
        program.constants.append(ExpressionProgram.Constant(register: register, value: value))
        return register
    }

    private mutating func store(_ text: [UInt8]) -> Range<Int> {
        let start = program.bytes.count
        program.bytes += text
        return start..<program.bytes.count
    }
}
