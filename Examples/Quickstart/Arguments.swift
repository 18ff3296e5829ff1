public import ArgumentParser
public import Features

extension FeatureSet: ExpressibleByArgument {}
