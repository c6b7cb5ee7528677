"""In: bytes that should be XML of one kind. Out: its root element, or the news that it is damaged."""

from typing import Any

from lxml import etree

from pipeline.literature.client import Damaged


def parse(content: bytes, *roots: str) -> Any:
    """Return the root element; nothing is expanded or fetched. Raises `Damaged` for any other root or broken XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Damaged("sent XML that is damaged or cut off") from None
    if root.tag not in roots:
        error = " ".join(str(root.xpath("string()")).split())[:200]
        raise Damaged(f"sent <{root.tag}> in place of <{roots[0]}>" + (f": {error}" if error else ""))
    return root
