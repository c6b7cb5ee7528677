"""In: rows of the evidence table and their comparison. Out: pictures of them, each as SVG and as PNG."""

from pipeline.figures.flow import draw_flow
from pipeline.figures.gallery import Gallery, draw

__all__ = ["Gallery", "draw", "draw_flow"]
