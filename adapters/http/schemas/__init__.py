"""The shapes of everything that is received and sent: marshmallow schemas, for validation and for the OpenAPI document."""
