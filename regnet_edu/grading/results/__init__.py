"""What comes of grading: results with their evidence, the record of them, and the forms in which they are read."""
