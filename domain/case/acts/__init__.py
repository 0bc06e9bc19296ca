"""What people do in a case, one file an act: its event, its decision, what it does to the state, and how a replay does it again."""
