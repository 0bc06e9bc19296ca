"""The write side: the log in the library's recorders, the index beside it, identities and keys apart."""
