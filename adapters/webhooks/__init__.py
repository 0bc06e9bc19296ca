"""Webhooks: members' messages sent to where they want them, by the Standard Webhooks specification."""
