"""In: the rows of a run. Out: report.html, the desk at which reviewers read claims and decide on them."""

from pipeline.report.contents import MOST_CLAIMS, ReportContents
from pipeline.report.page import read_contents, render, write_report

__all__ = ["MOST_CLAIMS", "ReportContents", "read_contents", "render", "write_report"]
