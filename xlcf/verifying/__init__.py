"""A workbook's formulas computed anew, by xlcf and by LibreOffice, against the values that it stores."""
