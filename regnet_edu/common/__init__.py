"""What every room uses: errors, checks of arguments, files, the environment. It imports nothing of the package."""
