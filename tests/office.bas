' A reviewer in LibreOffice Calc: opens a table, types decisions, sorts the rows by another column, and saves.
Sub Review(source, sourceFilter, sourceOptions, target, targetFilter, targetOptions, typed)
  Dim opening(2) As New com.sun.star.beans.PropertyValue
  opening(0).Name = "Hidden" : opening(0).Value = True
  opening(1).Name = "FilterName" : opening(1).Value = sourceFilter
  opening(2).Name = "FilterOptions" : opening(2).Value = sourceOptions
  document = StarDesktop.loadComponentFromURL(ConvertToURL(source), "_blank", 0, opening())
  sheet = document.Sheets.getByIndex(0)
  cursor = sheet.createCursor()
  cursor.gotoEndOfUsedArea(False)
  For Each line In Split(typed, Chr(10))
    parts = Split(line, Chr(9))
    For column = 0 To cursor.RangeAddress.EndColumn
      If sheet.getCellByPosition(column, 0).String = parts(1) Then
        sheet.getCellByPosition(column, CInt(parts(0))).FormulaLocal = parts(2)
      End If
      If sheet.getCellByPosition(column, 0).String = "sample_size" Then sorted = column
    Next
  Next
  Dim fields(0) As New com.sun.star.table.TableSortField
  fields(0).Field = sorted
  fields(0).IsAscending = False
  Dim sorting(1) As New com.sun.star.beans.PropertyValue
  sorting(0).Name = "SortFields" : sorting(0).Value = fields()
  sorting(1).Name = "ContainsHeader" : sorting(1).Value = True
  sheet.getCellRangeByPosition(0, 0, cursor.RangeAddress.EndColumn, cursor.RangeAddress.EndRow).sort(sorting())
  Dim saving(1) As New com.sun.star.beans.PropertyValue
  saving(0).Name = "FilterName" : saving(0).Value = targetFilter
  saving(1).Name = "FilterOptions" : saving(1).Value = targetOptions
  document.storeToURL(ConvertToURL(target), saving())
  document.close(True)
End Sub
