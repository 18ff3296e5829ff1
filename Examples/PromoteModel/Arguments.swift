import ArgumentParser
import TrainingJobs

extension PromotionPolicy: ExpressibleByArgument {}
