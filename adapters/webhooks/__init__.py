"""Webhooks: members' messages sent to where they want them, by the Standard Webhooks specification."""

from adapters.webhooks.deliverer import Deliverer
from adapters.webhooks.subscriptions import MadeWebhook, Webhook, Webhooks

__all__ = ["Deliverer", "MadeWebhook", "Webhook", "Webhooks"]
