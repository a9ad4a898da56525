// RunJournal
