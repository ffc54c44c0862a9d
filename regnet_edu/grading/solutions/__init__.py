"""The reference solution of each exercise; the stubs are made from them."""
