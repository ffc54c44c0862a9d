"""A class of learners: its settings, its roster, what counts after the due date, and what is handed back.

`settings` reads class.toml, `roster` says who belongs to the class, `marks` turns points into marks, `gradebook` writes
them for Canvas, Moodle and spreadsheets, `feedback` writes a page for each learner, `similar` compares submissions.
"""
