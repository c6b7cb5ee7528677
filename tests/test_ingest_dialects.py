"""One record as each tool and database exports it gives the same title, year, authors, DOI and abstract."""

import csv
from pathlib import Path

import openpyxl
import pytest

from pipeline.ingest import read

RECORDS = Path(__file__).parent / "records"
TITLE = "Zinc lozenges for colds: a randomised trial"
ABSTRACT = "Zinc shortened colds by two days."
DOI = "10.1000/zn.2019.7"
AUTHORS = ("Ana Costa", "Ben Ito")
LAST_FIRST = ("Costa A.", "Ito B.")
RIS = "TY  - JOUR\n{}\nER  - \n"
TAGS = {
    "EndNote RIS": "AU  - Costa, Ana\nAU  - Ito, Ben\nPY  - 2019\nTI  - {t}\nT2  - J Colds\nAB  - {a}\n"
    "DO  - {d}\nID  - 12",
    "Zotero RIS": "TI  - {t}\nAU  - Costa, Ana\nAU  - Ito, Ben\nT2  - J Colds\nAB  - {a}\nDA  - 2019/03/02/\n"
    "PY  - 2019\n"
    "DO  - {d}\nLA  - en\nKW  - zinc",
    "Mendeley RIS": "T1  - {t}\nAU  - Costa, Ana\nAU  - Ito, Ben\nPY  - 2019\nJO  - J Colds\nDO  - {d}\nN2  - {a}",
    "Rayyan RIS": "TI  - {t}\nAU  - Costa, Ana\nAU  - Ito, Ben\nY1  - 2019/3/2/\nJ2  - J Colds\nN2  - {a}\n"
    "DO  - {d}\n"
    'N1  - RAYYAN-INCLUSION: {{"Ana"=>"Included"}}',
    "Covidence RIS": "T1  - {t}\nA1  - Costa, Ana\nA1  - Ito, Ben\nY1  - 2019///\nJF  - J Colds\nN2  - {a}\n"
    "DO  - {d}\n"
    "U1  - 4711[Covidence #]",
    "Web of Science RIS": "AU  - Costa, Ana\nAU  - Ito, Ben\nTI  - {t}\nT2  - J COLDS\nPY  - 2019\nDA  - MAR 2\n"
    "DO  - {d}\n"
    "AN  - WOS:000471100001\nAB  - {a}\nLA  - English",
    "Scopus RIS": "TI  - {t}\nT2  - J Colds\nPY  - 2019\nDO  - {d}\nAU  - Costa, Ana\nAU  - Ito, Ben\nAB  - {a}\n"
    "N1  - Export Date: 4 May 2024\nM3  - Article\nDB  - Scopus",
    "Embase RIS": "T1  - {t}\nA1  - Costa A.\nA1  - Ito B.\nY1  - 2019\nN2  - {a}\nJF  - J Colds\nL2  - x\n"
    "DO  - {d}\nLA  - English",
    "PubMed RIS": "AU  - Costa, Ana\nAU  - Ito, Ben\nTI  - {t}\nPY  - 2019\nJF  - J Colds\nAB  - {a}\n"
    "DO  - {d}\nDB  - PubMed",
    "Cochrane RIS": "AN  - CN-01\nAU  - Costa, Ana\nAU  - Ito, Ben\nTI  - {t}\nSO  - J Colds\nYR  - 2019\n"
    "PY  - 2019\nDO  - {d}\n"
    "AB  - {a}",
}
TABLES = {
    "Embase CSV": '"Title","Author Names","Publication Year","DOI","Abstract","Source"\n"{t}","Costa A., '
    'Ito B.","2019","{d}","{a}","J"',
    "Scopus CSV": '"Authors","Author full names","Title","Year","DOI","Abstract","Document Type"\n'
    '"Costa A.; Ito B.","Costa, Ana (1); Ito, Ben (2)","{t}","2019","{d}","{a}","Article"',
    "Web of Science tabs": "PT\tAU\tAF\tTI\tPY\tDI\tAB\nJ\tCosta, A; Ito, B\tCosta, Ana; Ito, Ben\t{t}\t2019\t{d}\t{a}",
    "Zotero CSV": '"Key","Item Type","Publication Year","Author","Title","DOI","Abstract Note","Date"\n'
    '"K1","journalArticle","2019","Costa, Ana; Ito, Ben","{t}","{d}","{a}","2019-03-02"',
    "Covidence CSV": "Title,Authors,Abstract,Published Year,Published Month,Journal,DOI,Covidence #\n"
    '"{t}","Costa, Ana; Ito, Ben","{a}",2019,March,J Colds,{d},#4711',
    "Rayyan CSV": 'key,title,year,month,authors,abstract,doi,notes\nrayyan-1,"{t}",2019,3,"Costa, Ana and Ito, '
    'Ben","{a}",{d},x',
    "Abstrackr": '(internal) id,pubmed id,title,abstract,keywords,authors,journal,doi,year\n1,,"{t}","{a}",zinc,'
    '"Costa, Ana and Ito, Ben",J,{d},2019',
    "ASReview": 'record_id,title,abstract,authors,year,doi,included\n0,"{t}","{a}","Costa, Ana and Ito, Ben",'
    "2019,{d},1",
    "OpenAlex": 'id,title,abstract,authorships.author.display_name,publication_year,doi\nW1,"{t}","{a}",'
    "Ana Costa|Ben Ito,2019,https://doi.org/{d}",
}
OTHERS = {
    "Zotero BibTeX": "@article{{costa_zinc_2019,\n\ttitle = {{{t}}},\n\tauthor = {{Costa, Ana and Ito, Ben}},\n"
    "\tyear = {{2019}},\n"
    "\tdoi = {{{d}}},\n\tabstract = {{{a}}},\n}}",
    "Mendeley BibTeX": "@article{{Costa2019,\nabstract = {{{a}}},\nauthor = {{Costa, Ana and Ito, Ben}},\n"
    "doi = {{{d}}},\n"
    "title = {{{{{t}}}}},\nyear = {{2019}}\n}}",
    "JSON Lines": '{{"title": "{t}", "abstract": "{a}", "authors": ["Ana Costa", "Ben Ito"], "year": 2019, '
    '"doi": "{d}"}}',
    "NBIB": "PMID- 31000001\nTI  - {t}\nAB  - {a}\nFAU - Costa, Ana\nAU  - Costa A\nFAU - Ito, Ben\n"
    "AU  - Ito B\nDP  - 2019 Mar 2\n"
    "AID - {d} [doi]\nLA  - eng",
    "CIW": "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Costa, A\n   Ito, B\nAF Costa, Ana\n   Ito, "
    "Ben\nTI {t}\nPY 2019\n"
    "AB {a}\nDI {d}\nER\n\nEF",
    "ENW": "%0 Journal Article\n%T {t}\n%A Costa, Ana\n%A Ito, Ben\n%D 2019\n%X {a}\n%R {d}\n",
}
EXPORTS = {**{name: RIS.format(text) for name, text in TAGS.items()}, **TABLES, **OTHERS}


@pytest.mark.parametrize("name", EXPORTS)
def test_each_dialect_gives_the_record(tmp_path: Path, name: str) -> None:
    path = tmp_path / "export"
    path.write_text(EXPORTS[name].format(t=TITLE, a=ABSTRACT, d=DOI) + "\n", encoding="utf-8")
    (record,) = read(path)
    assert (record.title, record.date[:4], record.identifiers["doi"]) == (TITLE, "2019", DOI)
    assert record.authors in (AUTHORS, LAST_FIRST), record.authors
    assert [record.text[block.start : block.end] for block in record.blocks if block.kind == "paragraph"] == [ABSTRACT]


@pytest.mark.parametrize("name", TABLES)
def test_each_table_saved_as_a_workbook_gives_the_record(tmp_path: Path, name: str) -> None:
    lines = TABLES[name].format(t=TITLE, a=ABSTRACT, d=DOI).splitlines()
    delimiter = "\t" if "\t" in lines[0] else ","
    book = openpyxl.Workbook()
    book.active.append([f"Search of 4 May 2024 in {name}"])
    book.active.append([])
    for row in csv.reader(lines, delimiter=delimiter):
        # Spreadsheets keep what looks like a number as one.
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.create_sheet("Search").append(["zinc AND cold"])
    path = tmp_path / "export.xlsx"
    book.save(path)
    (record,) = read(path)
    assert (record.format, record.title, record.identifiers["doi"]) == ("xlsx", TITLE, DOI)
    assert record.date[:4] == "2019"
    assert record.authors in (AUTHORS, LAST_FIRST), record.authors
    assert [record.text[block.start : block.end] for block in record.blocks if block.kind == "paragraph"] == [ABSTRACT]


@pytest.mark.parametrize("name", sorted(path.name for path in RECORDS.glob("*.csv") if path.stem != "unread-fields"))
def test_a_workbook_of_an_export_reads_as_the_export(tmp_path: Path, name: str) -> None:
    book = openpyxl.Workbook()
    with (RECORDS / name).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            book.active.append(row)
    path = tmp_path / "export.xlsx"
    book.save(path)
    for mine, theirs in zip(read(path), read(RECORDS / name), strict=True):
        assert (mine.text, mine.title, mine.authors) == (theirs.text, theirs.title, theirs.authors)
        assert (mine.date, mine.identifiers, mine.quality_flags) == (
            theirs.date,
            theirs.identifiers,
            theirs.quality_flags,
        )
