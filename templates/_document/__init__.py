"""The OpenAPI document as data: its facts, its schemas, and the validation of JSON data."""
