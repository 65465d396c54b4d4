"""What the document says, as data: its facts, its schemas, and the check of JSON data against them."""
