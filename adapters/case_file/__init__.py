"""What is reported of one case: its history in sentences, as a page, as data, and in one file with pictures, evidence and receipts."""
