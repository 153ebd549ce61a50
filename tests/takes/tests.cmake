# Captured takes.
emend_test(journal journal_check)
