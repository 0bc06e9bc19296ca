"""Where official calendars and time zones come from: the `holidays` library and the IANA time zone database."""
