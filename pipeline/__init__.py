"""Provender: from health articles to a graded, comparable table of nutrient-condition claims."""
