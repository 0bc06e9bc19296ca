"""The write side: the log in the library's recorders, the index beside it, identities and keys apart."""

from adapters.store.log import EventLog, LogRow
from adapters.store.opening import Stores, open_store

__all__ = ["EventLog", "LogRow", "Stores", "open_store"]
