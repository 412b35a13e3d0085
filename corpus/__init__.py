"""What may be cited: statutes, judgments, commentary, notes, defences, as data. No code lives here."""
