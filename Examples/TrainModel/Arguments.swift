public import ArgumentParser
public import ModelKit

extension TreeGrowth: ExpressibleByArgument {}
