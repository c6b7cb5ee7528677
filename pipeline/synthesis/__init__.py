"""Rows of one nutrient, exposure and outcome, and the studies they rest on, come in; the finding goes out."""
