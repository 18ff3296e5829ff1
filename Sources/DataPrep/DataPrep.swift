// DataPrep
