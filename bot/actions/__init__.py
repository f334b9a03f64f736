"""What commands do that make no work: each module has the actions of one subject."""
