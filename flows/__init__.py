"""Prefect flows that orchestrate the pipeline."""
