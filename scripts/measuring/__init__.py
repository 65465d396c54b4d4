"""How fast the client is, beside others: who is measured (`subjects`), how (`worker`, `figures`), and how it is shown."""
