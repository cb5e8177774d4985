"""The program's verbs: read pages, import them, resolve records into works, check the store."""
