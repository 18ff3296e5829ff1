public import ArgumentParser
public import StorageIO

extension TransferOptions.Comparison: ExpressibleByArgument {}
extension TransferOptions.Verification: ExpressibleByArgument {}
