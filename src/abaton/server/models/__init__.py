"""What the REST edge reads and writes, as pydantic models; OpenAPI and the console's types come from these."""
