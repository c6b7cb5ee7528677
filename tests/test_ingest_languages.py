"""What is written in another language than English is kept and said, and never searched for claims."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.ingest import read
from pipeline.ingest.language import is_foreign
from pipeline.tables.csv_files import read_evidence, read_sources

ENGLISH = "Zinc lowered the risk of diarrhea in a trial of 200 children who were followed for a year."
FOREIGN = {
    "German": "Zink hat in einer Studie mit 200 Kindern das Risiko für Diarrhoe bei regelmäßiger Einnahme gesenkt.",
    "French": "Le zinc améliore la dépression chez les patients, et le calcium augmente l'hypertension dans une étude.",
    "Spanish": "El zinc redujo el riesgo de diarrea en los niños que fueron tratados con una dosis por semana.",
    "Italian": "Lo zinco riduce il rischio di diarrea nei bambini che sono stati trattati con una dose alla settimana.",
    "Portuguese": "O zinco reduziu o risco de diarreia em crianças que foram tratadas com uma dose por semana.",
    "Dutch": "Zink verlaagde het risico op diarree bij kinderen die met een dosis per week werden behandeld.",
    "Polish": "Cynk zmniejszał ryzyko biegunki u dzieci, które były leczone przez rok, oraz nie był szkodliwy.",
    "Chinese": "补锌可以降低儿童腹泻的风险，对二百名儿童进行了为期一年的随访研究。",
    "Russian": "Цинк снижал риск диареи у детей, которые получали его в течение года в исследовании.",
}


@pytest.mark.parametrize("language", FOREIGN)
def test_a_paragraph_in_another_language_is_known(language: str):
    assert is_foreign(FOREIGN[language])


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        "Vitamin D, calcium, magnesium, zinc, iron, folate, selenium, iodine, copper",
        "RR 0.61 (95% CI 0.40 to 0.93), P = 0.02; I2 = 34%; 12 trials; n = 4,310",
        "de Souza RJ, van der Meer A, von Schacky C, et al. Am J Clin Nutr 2015",
        "α-Tocopherol, β-carotene and γ-tocotrienol did not differ",
    ],
)
def test_names_numbers_and_lists_are_no_other_language(text: str):
    assert not is_foreign(text)


def test_only_english_paragraphs_are_searched_and_the_source_says_so(tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    two = f"Zinc and diarrhea\n\n{FOREIGN['French']}\n\n{ENGLISH}\n"
    (folder / "two.txt").write_text(two, encoding="utf-8")
    (folder / "other.txt").write_text(f"Le zinc\n\n{FOREIGN['French']}\n", encoding="utf-8")
    command = ["run", str(folder), "--out", str(tmp_path / "out"), "--model", "fast"]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert {row.sentence for row in read_evidence(tmp_path / "out" / "evidence.csv")} == {ENGLISH}
    rows = {row.path: row for row in read_sources(tmp_path / "out" / "sources.csv")}
    assert {row.quality_flags[0] for row in rows.values()} == {"text in another language"}
    assert rows["two.txt"].status == "processed"
    assert (rows["other.txt"].status, rows["other.txt"].reason) == (
        "empty",
        "other.txt is in another language than English; give an English version of it.",
    )


def test_records_and_articles_that_state_another_language_are_flagged(tmp_path: Path):
    def medline(languages: str) -> bytes:
        return (
            "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>7</PMID><Article><ArticleTitle>[Zinc].</ArticleTitle>"
            f"<Abstract><AbstractText>{ENGLISH}</AbstractText></Abstract>{languages}</Article></MedlineCitation>"
            "</PubmedArticle></PubmedArticleSet>"
        ).encode()

    def jats(language: str) -> bytes:
        return (
            f'<article xml:lang="{language}"><front><article-meta><title-group><article-title>Zinc</article-title>'
            f"</title-group></article-meta></front><body><p>{ENGLISH}</p></body></article>"
        ).encode()

    flag = "article not in English"
    given = {
        medline("<Language>ger</Language>"): True,
        medline("<Language>fre</Language><Language>eng</Language>"): False,
        medline("<Language>und</Language>"): False,
        jats("es"): True,
        jats("en-GB"): False,
    }
    for data, flagged in given.items():
        path = tmp_path / "source.xml"
        path.write_bytes(data)
        (document,) = read(path)
        assert (flag in document.quality_flags) == flagged, data
