"""Word documents, e-books, saved pages, archives and PDFs with a password are read like the articles they hold."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.config import ReadLimits, load_settings
from pipeline.errors import SourceError
from pipeline.ingest import read
from pipeline.records import Document
from pipeline.store.fingerprint import extractor_version
from pipeline.tables.csv_files import read_sources

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WML = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PAGE = """<!doctype html><html><head><title>Iron and sleep</title></head><body><article><h1>Iron and sleep</h1>
<p>Low iron can disturb sleep in many people, and doctors often look for it where one cannot keep still at night.</p>
<p>In a trial of 102 adults, tablets of iron improved sleep more than a placebo did after twelve weeks.</p></article>
</body></html>"""


def paragraph(*runs: str, style: str = "") -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{styled}{''.join(runs)}</w:p>"


def run(text: str, mark: str = "") -> str:
    return f'<w:r><w:rPr>{mark}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def note(number: int) -> str:
    return f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'


def docx(body: str, notes: tuple[str, ...] = ()) -> bytes:
    """A Word document of the parts that the format asks for, and no others."""
    footnotes = "".join(
        f'<w:footnote w:id="{n}">{paragraph(run(text))}</w:footnote>' for n, text in enumerate(notes, 2)
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{label}"/></w:style>'
        for name, label in (("Title", "Title"), ("Heading1", "heading 1"))
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{WML}.document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r2" Type="{OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="r3" Type="{OFFICE}/footnotes" Target="footnotes.xml"/></Relationships>',
        "word/styles.xml": f"<w:styles {WORD}>{styles}</w:styles>",
        "word/footnotes.xml": f"<w:footnotes {WORD}>{footnotes}</w:footnotes>",
        "word/document.xml": f"<w:document {WORD}><w:body>{body}</w:body></w:document>",
    }
    return packed(parts)


def packed(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


ARTICLE = (
    paragraph(run("Iron tablets for tired women"), style="Title")
    + paragraph(run("Ann Roe, Jan van der Berg"))
    + paragraph(run("Methods"), style="Heading1")
    + paragraph(
        run("We gave "),
        f'<w:ins w:id="1" w:author="A">{run("iron")}</w:ins>',
        '<w:del w:id="2" w:author="A"><w:r><w:delText>zinc</w:delText></w:r></w:del>',
        run(" to 40 women who were tired and had low ferritin, for 12 weeks."),
    )
    + paragraph(run("Results", "<w:b/>"))
    + paragraph(run("Iron improved fatigue more than a placebo did, as two other trials had found."), note(2), note(3))
    + f"<w:sdt><w:sdtContent>{paragraph(run('Ferritin rose by 12 µg/L in the women who took iron for 12 weeks.'))}"
    "</w:sdtContent></w:sdt>"
)

WITHOUT_NOTES = ARTICLE.replace(note(2) + note(3), "")


@pytest.fixture
def read_bytes(tmp_path: Path) -> Callable[..., list[Document]]:
    def make(data: bytes, name: str, **limits: int) -> list[Document]:
        path = tmp_path / name
        path.write_bytes(data)
        return read(path, limits=ReadLimits(**limits))

    return make


def parts(document: Document) -> list[tuple[str, str]]:
    return [
        (document.text[block.start : block.end], block.role) for block in document.blocks if block.kind == "paragraph"
    ]


def test_word_documents_keep_headings_insertions_and_controls_and_drop_deletions(read_bytes):
    (document,) = read_bytes(
        docx(ARTICLE, ("Lee K. Iron: a trial. J X. 2015;1:2.", "Ito M. Iron. J Y. 2016;2:3.")), "a.docx"
    )
    assert (document.format, document.title) == ("docx", "Iron tablets for tired women")
    assert document.authors == ("Ann Roe", "Jan van der Berg")
    assert parts(document)[0] == (
        "We gave iron to 40 women who were tired and had low ferritin, for 12 weeks.",
        "methods",
    )
    assert [role for _, role in parts(document)] == ["methods", "results", "results"]


def test_footnotes_that_cite_are_references_and_others_stay_as_text(read_bytes):
    citing, plain = (
        ("Lee K. Iron: a trial. J X. 2015;1:2.", "Ito M. Iron. J Y. 2016;2:3."),
        ("Iron was free.", "By post."),
    )
    (document,) = read_bytes(docx(ARTICLE, citing), "a.docx")
    assert [(entry.label, entry.year) for entry in document.references] == [("1", "2015"), ("2", "2016")]
    assert [label for citation in document.citations for label in citation.labels] == ["1", "2"]
    (document,) = read_bytes(docx(ARTICLE, plain), "b.docx")
    assert not document.references and not document.citations
    assert "Iron was free." in document.text


def test_a_reference_list_of_a_word_document_is_read_and_cited(read_bytes):
    listed = (
        paragraph(run("As known [1, 2], iron is a cause of many things that a tired woman feels in her daily life."))
        + paragraph(run("References"), style="Heading1")
        + paragraph(run("1. Lee K. Iron: a randomized trial. J X. 2015;1:2-9."))
        + paragraph(run("2. Ito M. Iron in a cohort of women. J Y. 2016;2:3-8."))
    )
    (document,) = read_bytes(docx(WITHOUT_NOTES + listed), "a.docx")
    assert [(entry.label, entry.design) for entry in document.references] == [("1", "rct"), ("2", "cohort")]
    assert [citation.labels for citation in document.citations] == [("1", "2")]


def test_an_archive_gives_each_article_and_record_with_its_own_identity(read_bytes):
    data = packed(
        {
            "deep/page.html": PAGE,
            "../up.txt": "Zinc and colds\n\nZinc lozenges shortened colds by two days in a trial of 199 adults.\n",
            "refs/a.ris": "TY  - JOUR\nTI  - Iron\nAB  - Iron.\nER  - \nTY  - JOUR\nTI  - Tin\nAB  - No.\nER  - \n",
            "paper.docx": docx(WITHOUT_NOTES),
            "figure.png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 50,
            "__MACOSX/deep/._page.html": b"\x00\x05\x16\x07",
            "broken.xml": "<article><front>",
            "old.doc": b"\xd0\xcf\x11\xe0" + b"\x00" * 600,
            "nothing.txt": "",
            "more.zip": packed({"a.txt": "Iron."}),
        }
    )
    documents = read_bytes(data, "articles.zip")
    told = {document.path.removeprefix("articles.zip#"): document for document in documents}
    read = ["up.txt", "deep/page.html", "paper.docx", "refs/a.ris#1", "refs/a.ris#2"]
    assert [name for name, document in told.items() if document.status == "processed"] == read
    assert (told["figure.png"].status, told["old.doc"].status) == ("skipped", "failed")
    assert "articles.zip#figure.png is an image" in told["figure.png"].reason
    assert "save it as DOCX" in told["old.doc"].reason
    assert "articles.zip#broken.xml" in told["broken.xml"].reason and told["broken.xml"].status == "failed"
    assert told["nothing.txt"].reason == "articles.zip#nothing.txt is empty; save or download it again."
    assert told["more.zip"].reason == "articles.zip#more.zip is an archive in an archive; unpack it first."
    assert len({document.sha256 for document in documents}) == len(documents) - 1  # two records of one file
    assert (told["deep/page.html"].title, told["paper.docx"].title) == (
        "Iron and sleep",
        "Iron tablets for tired women",
    )


def test_each_file_of_an_archive_has_its_row_with_the_reason(tmp_path):
    parts = {"a.txt": "Iron and sleep\n\nIron lowered the risk of restless legs.\n", "b.txt": "tin " * 20_000}
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, "c.png": b"\x89PNG" + b"\x00" * 50, "d.txt": "Zinc.", "e.txt": "Tin."}.items():
            archive.writestr(name, content)
    limits = tmp_path / "limits.toml"
    limits.write_text("[limits]\nmax_members = 4\nmax_unpacked_bytes = 1000\n", encoding="utf-8")
    command = ["run", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--model", "fast", "--config", str(limits)]
    assert CliRunner().invoke(app, command).exit_code == 3
    rows = {row.path.partition("#")[2]: row for row in read_sources(tmp_path / "out" / "sources.csv")}
    assert {name: row.status for name, row in rows.items()} == {
        "a.txt": "processed", "b.txt": "failed", "c.png": "skipped", "d.txt": "processed", "e.txt": "failed",
    }  # fmt: skip
    assert "raise max_unpacked_bytes" in rows["b.txt"].reason and "raise max_members" in rows["e.txt"].reason
    assert rows["a.txt"].n_claims == 1 and not rows["a.txt"].reason


def test_archives_of_which_nothing_is_read_say_what_to_do(read_bytes):
    with pytest.raises(SourceError, match="beyond 1,000 bytes"):
        read_bytes(packed({"a.txt": "iron " * 100_000}), "bomb.zip", max_unpacked_bytes=1_000)
    with pytest.raises(SourceError, match="holds no article or record that is read; check"):
        read_bytes(
            packed({"a.png": b"\x89PNG" + b"\x00" * 50, "b.js": "f(x) {\n  a();\n  b();\n}\n" * 3}), "images.zip"
        )
    with pytest.raises(SourceError, match="damaged or cut-off ZIP"):
        read_bytes(packed({"a.txt": "Iron."})[:-30], "cut.zip")


def test_a_page_saved_as_one_file_reads_like_the_page(read_bytes):
    quoted = PAGE.replace("=", "=3D")
    data = (
        "From: <Saved by a browser>\r\nSnapshot-Content-Location: https://example.org/iron\r\nSubject: Iron\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/html\r\nContent-Location: https://example.org/frame\r\n\r\n<p>An advert.</p>\r\n"
        "--B\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        f"Content-Location: https://example.org/iron\r\n\r\n{quoted}\r\n--B--\r\n"
    ).encode()
    (document,) = read_bytes(data, "page.mhtml")
    assert (document.format, document.title) == ("mhtml", "Iron and sleep")
    assert "tablets of iron improved sleep" in document.text
    assert "advert" not in document.text


def test_an_e_book_reads_its_chapters_in_order(read_bytes):
    chapter = "<html xmlns='http://www.w3.org/1999/xhtml'><body><h1>{0}</h1><p>{1}</p></body></html>"
    book = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": "<container><rootfile full-path='OEBPS/book.opf'/></container>",
        "OEBPS/book.opf": "<package><metadata><title>Minerals</title><creator>Ann Roe</creator><date>2020-05-04</date>"
        "</metadata><manifest><item id='b' href='b.xhtml' media-type='application/xhtml+xml'/>"
        "<item id='a' href='text/a.xhtml' media-type='application/xhtml+xml'/></manifest>"
        "<spine><itemref idref='a'/><itemref idref='b'/></spine></package>",
        "OEBPS/b.xhtml": chapter.format("Zinc", "Zinc lozenges shorten the common cold by about two days in adults."),
        "OEBPS/text/a.xhtml": chapter.format("Iron", "Iron deficiency is a common cause of fatigue in young women."),
    }
    (document,) = read_bytes(packed(book), "book.epub")
    assert (document.format, document.title, document.date) == ("epub", "Minerals", "2020-05-04")
    assert document.authors == ("Ann Roe",)
    assert [block.section for block in document.blocks if block.kind == "paragraph"] == ["Iron", "Zinc"]


def test_a_pdf_opens_with_a_password_of_a_file(tmp_path: Path):
    pdf = pymupdf.open()
    pdf.new_page().insert_text((72, 72), "Iron deficiency is a common cause of fatigue in women.")
    locked, passwords = tmp_path / "locked.pdf", tmp_path / "passwords.txt"
    locked.write_bytes(pdf.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="a secret", owner_pw="another"))
    assert "--pdf-password-file" in CliRunner().invoke(app, ["read", str(locked)]).output
    passwords.write_text("no secret\na secret\n")
    opened = CliRunner().invoke(app, ["read", str(locked), "--pdf-password-file", str(passwords)])
    assert opened.exit_code == 0 and "Iron deficiency" in opened.output
    missing = CliRunner().invoke(app, ["read", str(locked), "--pdf-password-file", str(tmp_path / "none")])
    assert missing.exit_code == 1 and "pdf_password_file" in missing.output
    with_file = load_settings(limits={"pdf_password_file": passwords})
    assert extractor_version(with_file) == extractor_version(load_settings())


def test_a_pdf_opens_with_the_password_of_the_environment(read_bytes, monkeypatch: pytest.MonkeyPatch):
    pdf = pymupdf.open()
    pdf.new_page().insert_text((72, 72), "Iron deficiency is a common cause of fatigue in women.")
    data = pdf.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="a secret", owner_pw="another")
    with pytest.raises(SourceError, match="environment variable PROVENDER_PDF_PASSWORD"):
        read_bytes(data, "locked.pdf")
    monkeypatch.setenv("PROVENDER_PDF_PASSWORD", "a secret")
    (document,) = read_bytes(data, "locked.pdf")
    assert "Iron deficiency" in document.text
