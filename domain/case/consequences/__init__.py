"""What follows from an act or from time, by which no person does anything: notice, penalty, windows, endings."""
