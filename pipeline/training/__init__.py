"""In: annotated corpora; out: the weights in `pipeline/models`. Needs `[train]`; never imported at run time."""
