"""Files of a person's: opened with care to read from, replaced whole or not at all."""
