public import ArgumentParser
public import ModelTracking

extension PromotionPolicy: ExpressibleByArgument {}
