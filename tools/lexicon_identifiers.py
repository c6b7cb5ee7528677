"""In: the lexicon tables and a folder of ontologies; out: identifiers that are wrong, or the tables with those missing.

    python tools/lexicon_identifiers.py ONTOLOGIES          report identifiers that the ontologies do not have
    python tools/lexicon_identifiers.py ONTOLOGIES --fill   write identifiers for names that they know

Read are cdno.obo (CDNO and CHEBI), HumanDO.tsv and MESHinDO.tsv (DOID and its MeSH cross-references), the synonyms
of doid-*.json.gz, and hpo_labels.tsv (HP). A condition takes a MeSH identifier where its disease has exactly one, else
DOID, else HP. A name that no ontology has keeps an empty identifier: none is guessed.
"""

import argparse
import csv
import gzip
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.language.folding import fold
from pipeline.lexicons import TABLES, load_lexicon

_OBO_SYNONYM = re.compile(r'synonym: "(.*?)(?<!\\)" (EXACT|RELATED)')
_HERE = Path(__file__).resolve().parent.parent / "pipeline" / "lexicons"


@dataclass(slots=True)
class Ontologies:
    """What the ontologies call things: identifier -> label, and name -> identifier for each group of ontologies."""

    labels: dict[str, str] = field(default_factory=dict)
    nutrients: dict[str, str] = field(default_factory=dict)
    diseases: dict[str, str] = field(default_factory=dict)
    phenotypes: dict[str, str] = field(default_factory=dict)
    mesh: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def nutrient(self, name: str) -> str:
        """Return the identifier that the nutrition ontology has for a name, or ""."""
        return self.nutrients.get(_key(f"dietary {name}")) or self.nutrients.get(_key(name), "")

    def condition(self, name: str) -> str:
        """Return the identifier that a disease or phenotype ontology has for a name, or ""."""
        if disease := self.diseases.get(_key(name)):
            mesh = self.mesh[disease]
            return mesh[0] if len(mesh) == 1 else disease
        return self.phenotypes.get(_key(name), "")


def read_ontologies(folder: Path) -> Ontologies:
    """Read the ontologies of `folder`; raises OSError where one of them is missing."""
    known = Ontologies()
    _read_obo(known, folder / "cdno.obo")
    for table in ("HumanDO.tsv", "MESHinDO.tsv"):
        with (folder / table).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                known.labels[row["id"]] = row["label"]
                known.diseases.setdefault(_key(row["label"]), row["id"])
                for reference in re.split(r"[|,]\s*", row.get("xrefs", "")):
                    if reference.startswith("MESH:"):
                        known.labels[reference] = row["label"]
                        known.mesh[row["id"]].append(reference)
    for path in sorted(folder.glob("doid-*.json.gz")):
        _read_doid(known, path)
    for line in (folder / "hpo_labels.tsv").read_text("utf-8").splitlines():
        identifier, label = line.split("\t")
        known.labels[identifier] = label
        known.phenotypes.setdefault(_key(label), identifier)
    return known


def unknown_identifiers(known: Ontologies, folder: Path | None = None) -> list[str]:
    """Return a line for each identifier of the tables that the ontologies do not have."""
    return [
        f"{TABLES[entry.kind]}: {entry.name} has {entry.identifier}, which no ontology here has"
        for entry in load_lexicon(folder).entries
        if entry.identifier and entry.identifier not in known.labels
    ]


def fill(known: Ontologies, folder: Path = _HERE) -> int:
    """Write identifiers into the empty cells of the tables in `folder`; return how many were written.

    An identifier that another row of the table has is not given twice: two rows are two concepts.
    """
    written = 0
    for kind, table in TABLES.items():
        with (folder / table).open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            rows, columns = list(reader), list(reader.fieldnames or ())
        taken = {row["id"] for row in rows}
        for row in rows:
            if not row["id"]:
                find = known.condition if kind == "condition" else known.nutrient
                identifier = find(row["name"])
                row["id"] = "" if identifier in taken else identifier
                taken.add(identifier)
                written += bool(row["id"])
        with (folder / table).open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return written


def _read_obo(known: Ontologies, path: Path) -> None:
    terms = path.read_text("utf-8").split("\n[Term]\n")[1:]
    related: list[tuple[str, str]] = []
    for term in terms:
        lines = term.split("\n\n")[0].splitlines()
        values = dict(line.split(": ", 1) for line in reversed(lines) if ": " in line)
        identifier, label = values["id"], values.get("name", "")
        if not identifier.startswith(("CDNO:", "CHEBI:")) or label.startswith("concentration of"):
            continue
        known.labels[identifier] = label
        if label and "is_obsolete: true" not in lines:
            known.nutrients.setdefault(_key(label), identifier)
            related += [(_key(m[1]), identifier) for line in lines if (m := _OBO_SYNONYM.match(line))]
    for name, identifier in related:
        known.nutrients.setdefault(name, identifier)


def _read_doid(known: Ontologies, path: Path) -> None:
    """Add the names that an older release gives to diseases which the current one still has."""
    nodes = json.loads(gzip.decompress(path.read_bytes()))["graphs"][0]["nodes"]
    for node in nodes:
        identifier = node["id"].rsplit("/", 1)[-1].replace("_", ":")
        meta = node.get("meta", {})
        if identifier not in known.labels or meta.get("deprecated"):
            continue
        exact = [s["val"] for s in meta.get("synonyms", ()) if s["pred"] == "hasExactSynonym"]
        for name in (node.get("lbl", ""), *exact):
            known.diseases.setdefault(_key(name), identifier)


def _key(name: str) -> str:
    """Return one form for all spellings of a name, so that US and UK, hyphen and plural compare equal."""
    key = re.sub(r" \((?:disease|disorder)\)$", "", fold(name).key)
    for variant, form in _AMERICAN:
        key = key.replace(variant, form)
    return re.sub(r"(?<=[^isu])s$", "", key).removesuffix(" mellitus")


_AMERICAN = tuple(
    (spelling.variant, spelling.form)
    for spelling in load_lexicon().spellings
    if len(spelling.form) > 3 and not spelling.form.startswith("vitamin") and spelling.variant.isascii()
)


def main() -> None:
    """Run the command that the module describes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ontologies", type=Path)
    parser.add_argument("--fill", action="store_true")
    arguments = parser.parse_args()
    known = read_ontologies(arguments.ontologies)
    if arguments.fill:
        print(f"{fill(known)} identifiers written")
        return
    entries = load_lexicon().entries
    for kind, table in TABLES.items():
        rows = [entry for entry in entries if entry.kind == kind]
        print(f"{table}: {sum(bool(entry.identifier) for entry in rows)} of {len(rows)} rows have an identifier")
    print("\n".join(unknown_identifiers(known)) or "every identifier is known")


if __name__ == "__main__":
    main()
