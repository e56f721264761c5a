"""The engine behind every front end: safe submit, kind polling, one store. No widget and no click here."""
