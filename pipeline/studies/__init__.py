"""What sources tell of studies comes in; each study once, and which rows rest on it, go out."""
