"""Pure Python machines: values in, values out; may import kernel only, never each other, Django, a database or the network."""
