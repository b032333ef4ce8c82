"""Reports: a query gives a dataclass, the dataclass becomes a PDF or a workbook. Used by device and server alike."""
