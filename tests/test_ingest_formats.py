"""Every format is recognised by content and read into titles, sections, references; bad files give one sentence."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from pipeline.config import ReadLimits
from pipeline.errors import SourceError
from pipeline.ingest import read
from pipeline.records import Document

JATS = b"""<?xml version="1.0"?><!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "x.dtd">
<article article-type="research-article" xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta>
<article-id pub-id-type="pmid">123</article-id><article-id pub-id-type="doi">10.5555/J.1</article-id>
<title-group><article-title>Zinc<xref ref-type="fn" rid="f1">*</xref> and <italic>H. pylori</italic></article-title>
</title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Roe</surname><given-names>Ann</given-names></name>
</contrib></contrib-group>
<pub-date pub-type="epub"><day>4</day><month>5</month><year>2020</year></pub-date>
<abstract><sec><title>Results</title><p>Zinc fell by 10<sup>9</sup> in CO<sub>2</sub>.</p></sec></abstract>
</article-meta></front>
<body><sec sec-type="methods"><title>Patients</title><p>We gave zinc.</p><sec><title>Doses</title>
<p>10 mg &alpha; daily.</p></sec></sec>
<sec><title>Discussion</title><p>As known [<xref ref-type="bibr" rid="r1">1</xref>&#8211;<xref ref-type="bibr"
rid="r3">3</xref>]. It helps.<sup><xref
ref-type="bibr" rid="r2">2</xref>,<xref ref-type="bibr" rid="r3">3</xref></sup> Also:<list><list-item><p>sleep</p>
</list-item></list>and so on.
<table-wrap><caption><p>Doses by arm.</p></caption><table><tr><td>Cell 5</td></tr></table></table-wrap></p></sec>
<sec><title>Competing interests</title><p>None.</p></sec></body>
<back><ref-list><ref id="r1"><label>1</label><element-citation><person-group><name><surname>Lee</surname>
<given-names>K</given-names></name>
</person-group><article-title>Zinc: a meta-analysis</article-title><source>J X</source><year>2019</year>
<pub-id pub-id-type="pmid">77</pub-id>
</element-citation></ref><ref id="r2"><label>2</label>
<mixed-citation>Ito M. Zinc in mice. J Y. 2018.</mixed-citation></ref>
<ref id="r3"><label>3</label><mixed-citation>Oe P. A consensus statement. 2017.</mixed-citation></ref></ref-list>
</back></article>"""

MEDLINE = b"""<?xml version="1.0"?><PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>11</PMID><Article>
<Journal><JournalIssue><PubDate><MedlineDate>2001 Mar-Apr</MedlineDate></PubDate></JournalIssue></Journal>
<ArticleTitle>[Iron in women].</ArticleTitle><Abstract>
<AbstractText Label="AIMS" NlmCategory="OBJECTIVE">To test iron.</AbstractText>
<AbstractText Label="FINDINGS" NlmCategory="RESULTS">Iron helped, 10<sup>3</sup> times.</AbstractText></Abstract>
<PublicationTypeList><PublicationType>Retracted Publication</PublicationType></PublicationTypeList></Article>
</MedlineCitation></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID>12</PMID><Article><Journal><JournalIssue><PubDate><Year>2002</Year></PubDate>
</JournalIssue></Journal>
<ArticleTitle>Zinc.</ArticleTitle><PublicationTypeList><PublicationType>Review</PublicationType>
</PublicationTypeList></Article>
</MedlineCitation></PubmedArticle></PubmedArticleSet>"""

HTML = b"""<!doctype html><html><head><title>Iron and sleep | Sleepy Site</title><meta charset="utf-8"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/z">Zinc</a></li></ul></nav><article><h1>Iron and sleep</h1>
<p>Low iron can disturb sleep in many people, and doctors often look for it when a person cannot keep still at
night.<sup><a href="#r1">1</a></sup></p>
<h2>What the trials found</h2><p>In a trial of 10<sup>2</sup> adults, tablets of iron improved sleep more than a
placebo did after
twelve weeks of treatment.<sup><a href="#r2">2</a>
</sup> Not every study agrees with this result, and more are needed.</p>
<ul><li>Ask for a blood test of ferritin before you buy any tablets of iron.</li>
<li>Keep tablets away from children, because an overdose is a danger to them.</li></ul>
<div class="newsletter"><p>Sign up for our newsletter and get tips in your inbox</p></div>
<h2>References</h2><ol><li id="r1">Roe A. Iron and rest. Sleep J. 2015.</li>
<li id="r2">Lee K. Iron for sleep: a randomized trial. Sleep J. 2016.</li></ol>
</article><footer><p>Copyright 2020 Sleepy Site. All rights reserved.</p></footer></body></html>"""


@pytest.fixture
def read_bytes(tmp_path: Path) -> Callable[..., list[Document]]:
    def make(data: bytes, name: str = "source.dat", **limits: int) -> list[Document]:
        path = tmp_path / name
        path.write_bytes(data)
        return read(path, limits=ReadLimits(**limits))

    return make


def texts(document: Document, kind: str) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if b.kind == kind]


def two_column_pdf(encrypt: bool = False) -> bytes:
    pdf = pymupdf.open()
    body = "Iron deficiency is common in women and it is a cause of fatigue. Tablets restore iron stores in weeks. "
    for number in (1, 2):
        page = pdf.new_page(width=595, height=842)
        page.insert_text((60, 30), "Journal of Invented Iron", fontsize=8)
        page.insert_text((290, 825), f"{number}", fontsize=8)
        if number == 1:
            page.insert_textbox((60, 60, 540, 100), "Iron tablets for tired women", fontsize=20, fontname="hebo")
            page.insert_text((60, 120), "Methods", fontsize=12, fontname="hebo")
        left = "We studied 40 women who were tired and had low ferri-\ntin. They took iron. " + body * 3
        page.insert_textbox(
            (60, 130, 285, 700), left + ("The left column ends in the mid-" if number == 1 else ""), fontsize=10
        )
        page.insert_textbox(
            (310, 130, 540, 600),
            ("dle of a word. " if number == 1 else "") + "The right column follows. " + body * 3,
            fontsize=10,
        )
    page.insert_text((310, 620), "References", fontsize=12, fontname="hebo")
    page.insert_textbox(
        (310, 630, 540, 800),
        "1. Roe A. Iron in a cohort. J X. 2015;1:2.\n2. Lee K. A guideline on iron. J Y. 2016;2:3.",
        fontsize=9,
    )
    options = {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "user_pw": "secret", "owner_pw": "x"} if encrypt else {}
    return pdf.tobytes(**options)


def test_jats_sections_identifiers_and_text_around_inline_marks(read_bytes):
    (document,) = read_bytes(JATS, "misnamed.pdf")
    assert (document.format, document.source_id, document.date) == ("jats", "PMID:123", "2020-05-04")
    assert document.title == "Zinc and H. pylori"
    assert document.authors == ("Ann Roe",)
    assert document.source_type == "research article"
    assert "Zinc fell by 10⁹ in CO2." in texts(document, "paragraph")
    assert "10 mg α daily." in texts(document, "paragraph")
    roles = {document.text[b.start : b.end]: (b.section, b.role) for b in document.blocks}
    assert roles["10 mg α daily."] == ("Doses", "methods")
    assert roles["Zinc fell by 10⁹ in CO2."] == ("Abstract: Results", "results")


def test_jats_lists_captions_and_back_matter(read_bytes):
    (document,) = read_bytes(JATS)
    assert texts(document, "list item") == ["sleep"]
    assert texts(document, "caption") == ["Doses by arm."]
    assert "Cell 5" not in document.text
    assert "None." not in document.text


def test_jats_citations_are_resolved_with_ranges_and_set_apart_when_raised(read_bytes):
    (document,) = read_bytes(JATS)
    cited = [(document.text[c.start : c.end], c.labels) for c in document.citations]
    assert cited == [("[1–3]", ("1", "2", "3")), ("2,3", ("2", "3"))]
    assert "It helps. 2,3 Also:" in document.text
    assert [entry.design for entry in document.references] == ["meta-analysis", "animal", "guideline"]
    assert document.references[0].identifiers == {"pmid": "77"}


def test_jats_cites_authors_by_name_where_the_list_has_no_numbers(read_bytes):
    data = JATS.replace(b"<label>1</label>", b"").replace(b"<label>2</label>", b"").replace(b"<label>3</label>", b"")
    data = (
        data.replace(b'rid="r1">1<', b'rid="r1">Lee, 2019<')
        .replace(b'rid="r3">3<', b'rid="r3">Oe, 2017<')
        .replace(b'rid="r2">2<', b'rid="r2">Ito<')
    )
    (document,) = read_bytes(data)
    assert document.references[0].label == "Lee 2019"
    assert "Lee 2019" in document.citations[0].labels


def test_medline_records_have_labels_types_and_paths_of_their_own(read_bytes):
    first, second = read_bytes(MEDLINE, "records.xml")
    assert (first.source_id, first.path, first.date, first.title) == (
        "PMID:11",
        "records.xml#11",
        "2001-03",
        "Iron in women",
    )
    assert [(b.section, b.role) for b in first.blocks if b.kind == "paragraph"] == [
        ("AIMS", "aim"),
        ("FINDINGS", "results"),
    ]
    assert "retraction notice" in first.quality_flags
    assert (second.source_type, second.date) == ("review", "2002")
    assert "no abstract" in second.quality_flags


def test_compressed_records_are_unpacked_within_a_limit(read_bytes):
    assert len(read_bytes(gzip.compress(MEDLINE))) == 2
    with pytest.raises(SourceError, match="unpacks to more than 1,000 bytes"):
        read_bytes(gzip.compress(b"a " * 1_000_000), max_unpacked_bytes=1_000)


def test_html_keeps_headings_lists_citations_and_references_and_drops_the_site(read_bytes):
    (document,) = read_bytes(HTML, "page.txt")
    assert (document.format, document.title) == ("html", "Iron and sleep")
    assert texts(document, "heading") == ["What the trials found"]
    assert len(texts(document, "list item")) == 2
    for foreign in ("Home", "newsletter", "Copyright", "Roe A"):
        assert foreign not in document.text
    assert "10² adults" in document.text
    assert [c.labels for c in document.citations] == [("1",), ("2",)]
    assert [(r.label, r.year, r.design, r.numbered) for r in document.references] == [
        ("1", "2015", "unclear", True),
        ("2", "2016", "rct", True),
    ]


def test_pdf_columns_hyphens_running_heads_pages_and_references(read_bytes):
    (document,) = read_bytes(two_column_pdf(), "paper.txt")
    assert (document.format, document.title) == ("pdf", "Iron tablets for tired women")
    assert "Journal of Invented Iron" not in document.text
    assert "had low ferritin." in document.text
    assert "ends in the middle of a word. The right column follows." in document.text
    assert {page.number for page in document.pages} == {1, 2}
    assert [(r.label, r.design) for r in document.references] == [("1", "cohort"), ("2", "guideline")]
    assert {b.role for b in document.blocks if b.kind == "paragraph"} == {"methods"}


def test_encrypted_image_only_and_cut_off_pdfs_say_what_to_do(read_bytes):
    with pytest.raises(SourceError, match="encrypted; remove its password"):
        read_bytes(two_column_pdf(encrypt=True))
    scan = pymupdf.open()
    picture = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 50, 50))
    picture.clear_with(200)
    scan.new_page().insert_image((0, 0, 500, 700), pixmap=picture)
    with pytest.raises(SourceError, match="run OCR on it first"):
        read_bytes(scan.tobytes())
    with pytest.raises(SourceError, match=r"damaged|no text"):
        read_bytes(two_column_pdf()[:300])


def test_long_pdf_is_refused_by_its_limit(read_bytes):
    with pytest.raises(SourceError, match="2 pages, more than the limit of 1"):
        read_bytes(two_column_pdf(), max_pages=1)


def bioc_json() -> bytes:
    passages = [
        {"infons": {"section_type": "TITLE", "type": "front", "article-id_pmid": "9", "year": "2020"}, "text": "Iron"},
        {"infons": {"section_type": "RESULTS", "type": "title_1"}, "text": "Results"},
        {"infons": {"section_type": "RESULTS", "type": "paragraph"}, "text": "Iron helped [1]."},
        {"infons": {"section_type": "REF", "type": "title"}, "text": "References"},
        {"infons": {"section_type": "REF", "type": "ref", "year": "2001"}, "text": "Iron in rats"},
    ]
    return json.dumps({"documents": [{"id": "9", "passages": passages}]}).encode()


BIOC_XML = b"""<?xml version="1.0"?><!DOCTYPE collection SYSTEM "BioC.dtd"><collection><document><id>9</id>
<passage><infon key="type">title</infon><text>Iron</text></passage>
<passage><infon key="type">abstract</infon><text>Iron helped.</text></passage></document></collection>"""


def test_bioc_in_both_forms(read_bytes):
    (document,) = read_bytes(bioc_json())
    assert (document.format, document.title, document.source_id, document.date) == (
        "bioc-json",
        "Iron",
        "PMID:9",
        "2020",
    )
    assert [(b.section, b.role) for b in document.blocks if b.kind == "paragraph"] == [("Results", "results")]
    assert document.citations[0].labels == ("1",)
    assert document.references[0].design == "animal"
    (document,) = read_bytes(BIOC_XML)
    assert (document.format, document.title, document.blocks[1].role) == ("bioc-xml", "Iron", "abstract")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_of_abstracts_with_other_column_names(read_bytes, delimiter):
    lines = [["PMID", "Article_Title", "AB", "Year"], ["5", "Iron", "Iron helped.", "2001"], ["", "Zinc", "", "2002"]]
    data = "\n".join(delimiter.join(line) for line in lines).encode()
    first, second = read_bytes(data, "t.txt")
    assert (first.format, first.source_id, first.path, first.date) == ("csv", "PMID:5", "t.txt#5", "2001")
    assert texts(first, "paragraph") == ["Iron helped."]
    assert (second.path, second.source_id) == ("t.txt#2", "t.txt#2")
    assert "no abstract" in second.quality_flags


def test_json_lines_with_a_record_without_text(read_bytes):
    first, second = read_bytes(
        b'{"title": "Iron", "text": "Iron helped.", "doi": "https://doi.org/10.5555/A"}\n{"id": "x"}\n'
    )
    assert (first.source_id, first.format) == ("DOI:10.5555/a", "jsonl")
    assert second.blocks == ()
    assert "no text" in second.quality_flags


def test_two_records_with_one_identifier_have_two_paths(read_bytes):
    first, second = read_bytes(b"pmid,title,abstract\n5,Iron,It helped.\n5,Iron,It did not.\n", "t.csv")
    assert first.path != second.path


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE article [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
]><article><front><article-meta><title-group><article-title>Zinc</article-title></title-group></article-meta></front>
<body><p>Zinc &e; helps.</p></body></article>"""


def test_entities_are_never_expanded(read_bytes):
    (document,) = read_bytes(LAUGHS)
    assert texts(document, "paragraph") == ["Zinc helps."]


def test_external_entities_are_not_read(read_bytes, tmp_path: Path):
    (tmp_path / "secret.txt").write_text("a secret")
    data = LAUGHS.replace(b'<!ENTITY a "ha">', f'<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">'.encode()).replace(
        b"&e;", b"&x;"
    )
    (document,) = read_bytes(data)
    assert "secret" not in document.text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (JATS[: len(JATS) // 2], "damaged or cut-off XML at line"),
        (MEDLINE[: len(MEDLINE) // 2], "damaged or cut-off XML at line"),
        (gzip.compress(MEDLINE)[:-40], "cut-off gzip"),
        (b"PK\x03\x04" + b"\x00" * 50, "damaged or cut-off ZIP"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "run OCR"),
        (bytes(range(256)) * 20, "binary file of an unknown kind"),
        (b'<?xml version="1.0"?><recipe><step/></recipe>', "XML of an unknown kind"),
        (b"%PDF-1.7\nnothing else here", "damaged PDF"),
        (b'{"title": "Iron", "text": "cut', "damaged"),
        (b"<article>" * 5_000, "damaged|nested"),
        (b"<article>" * 200 + b"</article>" * 200, None),
    ],
)
def test_bad_sources_say_in_one_sentence_what_is_wrong(read_bytes, data, message):
    if message is None:
        assert read_bytes(data)
        return
    with pytest.raises(SourceError, match=message) as caught:
        read_bytes(data)
    assert str(caught.value).startswith("source.dat")
    assert str(caught.value).endswith(".")


def test_limits_on_size_and_records(read_bytes):
    with pytest.raises(SourceError, match="more than the limit of 10"):
        read_bytes(b"word " * 10, max_bytes=10)
    with pytest.raises(SourceError, match="more than the limit of 20"):
        read_bytes(b"word " * 10, max_characters=20)
    with pytest.raises(SourceError, match="more than 1 records"):
        read_bytes(MEDLINE, max_records=1)


def test_reference_files_read_with_title_sections_and_references(shared: Path):
    for path in sorted((shared / "formats").glob("*.*")):
        if path.name.startswith("README"):
            continue
        (document,) = read(path)
        assert document.title, path.name
        assert document.date, path.name
        assert sum(b.kind == "heading" for b in document.blocks) >= 4, path.name
        assert document.references or document.format == "medline", path.name


def test_bundled_corpus_reads(corpus: Path):
    paths = [path for path in sorted(corpus.glob("*")) if not path.name.startswith("README")]
    assert len(paths) >= 8
    for path in paths:
        for document in read(path, root=corpus):
            assert document.title, path.name
            assert any(b.kind == "paragraph" for b in document.blocks), path.name
