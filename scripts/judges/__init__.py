"""Programs written by others, set to judge what we wrote: each module here is one command."""
