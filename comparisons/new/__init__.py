"""A new pair: three files and a row that run from the first minute."""
