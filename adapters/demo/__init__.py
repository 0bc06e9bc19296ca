"""The demonstration: one stolen picture, from its filing to the audit, told over real HTTP."""
