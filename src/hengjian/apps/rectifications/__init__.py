"""Problems to be put right, item by item, until struck off; may import inspections and below."""
