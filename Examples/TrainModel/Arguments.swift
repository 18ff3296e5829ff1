public import ArgumentParser
public import Features
public import ModelKit

extension FeatureSet: ExpressibleByArgument {}
extension TreeGrowth: ExpressibleByArgument {}
