public import ArgumentParser
public import DataPrep

extension FeatureSet: ExpressibleByArgument {}
