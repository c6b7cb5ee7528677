"""The trained weights that ship with Provender, each folder with its model card; nothing here does any work."""
