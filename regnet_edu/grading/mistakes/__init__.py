"""For each exercise, other right solutions and the mistakes that learners make, each with what to say of it."""
