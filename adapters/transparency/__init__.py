"""A period's figures as files: tables, a chart, the EU's templates, statements of reasons. The same report gives the same bytes."""
