"""Pure Python machines, values in and values out; may import kernel only, never each other or a framework."""
