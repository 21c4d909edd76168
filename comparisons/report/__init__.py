"""Words: results as text, tables, pictures, files for CI."""
