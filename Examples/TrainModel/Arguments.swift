public import ArgumentParser
public import DataPrep
public import ModelKit

extension FeatureSet: ExpressibleByArgument {}
extension TreeGrowth: ExpressibleByArgument {}
