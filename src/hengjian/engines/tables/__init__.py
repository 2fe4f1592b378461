"""The data contract in code: tables and columns, reading values, recognising headers, identifiers."""
