"""What an output workbook looks like (XlsxWriter)."""
