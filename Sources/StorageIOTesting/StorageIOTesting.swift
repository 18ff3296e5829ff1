// StorageIOTesting
