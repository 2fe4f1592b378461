"""Reading what is handed over: archives with limits, delimited text, workbooks and their hidden facts."""
