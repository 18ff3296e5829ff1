import Essentials

/// Runs a program row by row. All of its memory is borrowed for the time of one call.
struct ExpressionMachine {
    typealias Register = ExpressionRegister
    typealias Truth = ExpressionRegister.Truth

    private let instructions: UnsafeBufferPointer<ExpressionProgram.Instruction>
    private let numbers: UnsafeBufferPointer<Double>
    private let integers: UnsafeBufferPointer<Int64>
    private let texts: UnsafeBufferPointer<Range<Int>>
    private let bytes: UnsafeRawBufferPointer
    private let registers: UnsafeMutableBufferPointer<Register>
    private let result: Int

    /// Calls a function with a program that is ready to run.
    @inline(__always)
    static func with<Result>(
        _ program: ExpressionProgram, _ scratch: inout ExpressionScratch,
        _ body: (ExpressionMachine, inout TextArena) -> Result
    ) -> Result {
        program.instructions.withUnsafeBufferPointer { instructions in
            program.numbers.withUnsafeBufferPointer { numbers in
                program.integers.withUnsafeBufferPointer { integers in
                    program.texts.withUnsafeBufferPointer { texts in
                        program.bytes.withUnsafeBufferPointer { bytes in
                            scratch.begin(program, bytes: bytes)
                            let machine = ExpressionMachine(
                                instructions: instructions, numbers: numbers, integers: integers, texts: texts,
                                bytes: UnsafeRawBufferPointer(bytes), registers: scratch.registers,
                                result: program.result)
                            return body(machine, &scratch.arena)
                        }
                    }
                }
            }
        }
    }

    /// The value of one row.
    @inline(__always)
    func run(_ row: some ExpressionRow, _ arena: inout TextArena) -> Register {
        arena.reset()
        var next = 0
        while next < instructions.count {
            let instruction = instructions[next]
            next += 1
            let target = Int(instruction.target), left = Int(instruction.left), right = Int(instruction.right)
            switch instruction.operation {
            case .loadFloat64:
                set(target, row.float64(ExpressionSource(input: left, position: right)))
            case .loadInt32: registers[target] = row.int32(ExpressionSource(input: left, position: right))
            case .loadInt64: registers[target] = row.int64(ExpressionSource(input: left, position: right))
            case .loadInt32AsNumber:
                registers[target] = number(row.int32(ExpressionSource(input: left, position: right)))
            case .loadInt64AsNumber:
                registers[target] = number(row.int64(ExpressionSource(input: left, position: right)))
            case .loadText: registers[target] = row.text(ExpressionSource(input: left, position: right), &arena)
            case .loadTruth: registers[target] = Register(row.truth(ExpressionSource(input: left, position: right)))
            case .loadFeature: set(target, row.feature(ExpressionSource(input: left, position: right)))

            case .numberFromInteger: registers[target] = number(registers[left])
            case .negate: registers[target] = Register(-registers[left].number)
            case .add: set(target, registers[left].number + registers[right].number)
            case .subtract: set(target, registers[left].number - registers[right].number)
            case .multiply: set(target, registers[left].number * registers[right].number)
            case .divide: set(target, registers[left].number / registers[right].number)
            case .remainder: set(target, fmod(registers[left].number, registers[right].number))
            case .abs: registers[target] = Register(registers[left].number.magnitude)
            case .log: set(target, log(registers[left].number))
            case .log1p: set(target, log1p(registers[left].number))
            case .sqrt: set(target, registers[left].number.squareRoot())
            case .exp: set(target, exp(registers[left].number))
            case .floor: set(target, registers[left].number.rounded(.down))
            case .ceil: set(target, registers[left].number.rounded(.up))
            case .round: set(target, registers[left].number.rounded(.toNearestOrAwayFromZero))
            case .minimum:
                let first = registers[left].number, second = registers[right].number
                registers[target] = Register(second < first || second.isNaN ? second : first)
            case .maximum:
                let first = registers[left].number, second = registers[right].number
                registers[target] = Register(second > first || second.isNaN ? second : first)

            case .equalNumbers: compareNumbers(target, left, right, ==)
            case .lessNumbers: compareNumbers(target, left, right, <)
            case .lessOrEqualNumbers: compareNumbers(target, left, right, <=)
            case .equalIntegers: compare(target, left, right) { $0.integer == $1.integer }
            case .lessIntegers: compare(target, left, right) { $0.integer < $1.integer }
            case .lessOrEqualIntegers: compare(target, left, right) { $0.integer <= $1.integer }
            case .equalTexts: compare(target, left, right) { TextOperations.equal($0.text, $1.text) }
            case .lessTexts: compare(target, left, right) { TextOperations.less($0.text, $1.text) }
            case .lessOrEqualTexts: compare(target, left, right) { !TextOperations.less($1.text, $0.text) }
            case .equalTruths:
                let first = registers[left].truth, second = registers[right].truth
                registers[target] = Register(first == .null || second == .null ? .null : Truth(first == second))
            case .amongNumbers:
                let value = registers[left].number
                let isFound = contains(numbers, instruction, isLess: { $0 < value }, isEqual: { $0 == value })
                registers[target] = Register(among(isFound, isNull: value.isNaN, instruction))
            case .amongIntegers:
                let value = registers[left].integer
                let isFound = contains(integers, instruction, isLess: { $0 < value }, isEqual: { $0 == value })
                registers[target] = Register(among(isFound, isNull: registers[left].isNull, instruction))
            case .amongTexts:
                let isNull = registers[left].isNull
                let isFound =
                    !isNull
                    && contains(
                        texts, instruction, isLess: { TextOperations.less(text($0), registers[left].text) },
                        isEqual: { TextOperations.equal(text($0), registers[left].text) })
                registers[target] = Register(among(isFound, isNull: isNull, instruction))
            case .isNullNumber: registers[target] = Register(Truth(registers[left].number.isNaN))
            case .isNullIntegerOrText: registers[target] = Register(Truth(registers[left].isNull))
            case .isNullTruth: registers[target] = Register(Truth(registers[left].truth == .null))

            case .not: registers[target] = Register(!registers[left].truth)
            case .and: registers[target] = Register(Truth.and(registers[left].truth, registers[right].truth))
            case .or: registers[target] = Register(Truth.or(registers[left].truth, registers[right].truth))

            case .length:
                let text = registers[left]
                registers[target] = Register(text.isNull ? .nan : Double(TextOperations.length(text.text)))
            case .lower: registers[target] = lowercased(registers[left], &arena)
            case .startsWith: compare(target, left, right) { TextOperations.starts($0.text, with: $1.text) }
            case .endsWith: compare(target, left, right) { TextOperations.ends($0.text, with: $1.text) }
            case .contains: compare(target, left, right) { TextOperations.contains($0.text, $1.text) }

            case .move: registers[target] = registers[left]
            case .jump: next = right
            case .jumpIfFalse: if registers[left].truth == .false { next = right }
            case .jumpIfTrue: if registers[left].truth == .true { next = right }
            case .jumpUnlessTrue: if registers[left].truth != .true { next = right }
            case .jumpIfNumber: if !registers[left].number.isNaN { next = right }
            case .jumpIfIntegerOrText: if !registers[left].isNull { next = right }
            case .jumpIfTruthKnown: if registers[left].truth != .null { next = right }
            }
        }
        return registers[result]
    }

    // MARK: Numbers

    /// What is not finite is null.
    @inline(__always)
    private func set(_ target: Int, _ value: Double) {
        registers[target] = Register(value.isFinite ? value : .nan)
    }

    @inline(__always)
    private func number(_ integer: Register) -> Register {
        Register(integer.isNull ? .nan : Double(integer.integer))
    }

    // MARK: Comparisons

    @inline(__always)
    private func compareNumbers(_ target: Int, _ left: Int, _ right: Int, _ isTrue: (Double, Double) -> Bool) {
        let left = registers[left].number, right = registers[right].number
        registers[target] = Register(left.isNaN || right.isNaN ? .null : Truth(isTrue(left, right)))
    }

    /// Of integers and texts.
    @inline(__always)
    private func compare(_ target: Int, _ left: Int, _ right: Int, _ isTrue: (Register, Register) -> Bool) {
        let left = registers[left], right = registers[right]
        registers[target] = Register(left.isNull || right.isNull ? .null : Truth(isTrue(left, right)))
    }

    /// Searches an instruction's list, which ascends.
    @inline(__always)
    private func contains<Element>(
        _ elements: UnsafeBufferPointer<Element>, _ instruction: ExpressionProgram.Instruction,
        isLess: (Element) -> Bool, isEqual: (Element) -> Bool
    ) -> Bool {
        var lower = Int(instruction.right)
        let end = lower + Int(instruction.count)
        // A few are compared faster than they are ordered.
        if instruction.count <= 4 { return elements[lower..<end].contains(where: isEqual) }
        var upper = end
        while lower < upper {
            let middle = (lower + upper) / 2
            if isLess(elements[middle]) { lower = middle + 1 } else { upper = middle }
        }
        return lower < end && isEqual(elements[lower])
    }

    /// As in SQL: a value that is not found may be the null of the list.
    @inline(__always)
    private func among(_ isFound: Bool, isNull: Bool, _ instruction: ExpressionProgram.Instruction) -> Truth {
        if isNull { return .null }
        return isFound ? .true : instruction.hasNull ? .null : .false
    }

    // MARK: Texts

    @inline(__always)
    private func text(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }

    private func lowercased(_ text: Register, _ arena: inout TextArena) -> Register {
        guard !text.isNull else { return .null }
        let target = arena.allocate(text.text.count * TextOperations.lowercaseGrowth)
        let count = TextOperations.lowercase(text.text, into: target)
        return Register(UnsafeRawBufferPointer(rebasing: target[..<count]))
    }
}
