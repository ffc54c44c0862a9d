"""What learners hand in, as it arrives: folders, flat downloads, archives, and names that a system has changed.

`names` says what a file name means, `files` lists what a learner handed in, `choose` finds the file of an exercise in
it, and `people` says who handed in.
"""
