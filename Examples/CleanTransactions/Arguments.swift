public import ArgumentParser
public import DataPrep

extension CleaningPlan.DuplicateKey: ExpressibleByArgument {}
