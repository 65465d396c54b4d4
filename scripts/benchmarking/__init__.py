"""How fast the client is, beside others: who is measured (`subjects`), what (`figures`), how (`worker`, `running`)."""
