// The grids of claims, findings and sources: Tabulator, with the roles that screen readers need put right.

const GRID = { height: "100%", layout: "fitDataStretch", layoutColumnsOnNewData: false, placeholder: "Nothing to show", columnHeaderSortMulti: false };
const SIGNS = { accepted: "✓", rejected: "✗", corrected: "✎", unsure: "?" };
const CERTAINTY_RANK = Object.fromEntries(contents.values.certainty.map((value, rank) => [value, -rank]));

function cell(text, title) {
  const node = document.createElement("span");
  node.textContent = text === null || text === undefined ? "" : String(text);
  if (title) node.title = title;
  return node;
}

const column = (field, title, width, more) => ({ field, title, width, formatter: (shown) => cell(shown.getValue()), ...more });
const ranked = (first, second) => CERTAINTY_RANK[first] - CERTAINTY_RANK[second];

// What a verdict hangs on comes first, among these what is doubtful.
const RANKS = ["nothing moves", "its certainty moves", "the verdict moves"];
const byConsequence = (first, second, one, other) => RANKS.indexOf(first) - RANKS.indexOf(second) || other.getData().confidence - one.getData().confidence;

const CLAIM_COLUMNS = [
  column("status", "Review", 92, { formatter: (shown) => stateCell(shown.getData()) }),
  column("nutrient", "Nutrient", 120),
  column("exposure", "Exposure", 112),
  column("relation", "Relation", 120, { formatter: (shown) => cell(contents.words[shown.getValue()]) }),
  column("condition", "Condition", 150),
  column("certainty", "Certainty", 96, { sorter: ranked, formatter: (shown) => badge(shown.getValue()) }),
  column("confidence", "Confidence", 100, { sorter: "number", hozAlign: "right", formatter: (shown) => cell(shown.getValue().toFixed(2)) }),
  column("consequence", "If rejected", 130, { sorter: byConsequence }),
  column("flags", "Flags", 160),
  column("source", "Source", 180),
  column("factuality", "Factuality", 100),
  column("strength", "Strength", 110, { visible: false }),
  column("study_design", "Design", 130, { visible: false }),
  column("effect", "Effect", 150, { visible: false }),
  column("section", "Section", 130, { visible: false }),
  column("sentence", "Sentence", 420, { visible: false }),
];

function stateCell(row) {
  const words = STATES[row.status] || row.status;
  const node = cell(row.status ? SIGNS[row.status] + " " + words : words);
  node.className = "state " + (row.status || "open") + (row.pending ? " pending" : "");
  return node;
}

function claimRow(claim) {
  const value = (name) => valueOf(claim, name);
  return {
    i: claim.i,
    status: decisionOf(claim).status,
    pending: isPending(claim),
    nutrient: value("nutrient"),
    exposure: value("exposure"),
    relation: value("relation"),
    condition: value("condition"),
    certainty: value("certainty"),
    confidence: claim.confidence,
    consequence: CONSEQUENCES[claim.consequence],
    flags: claim.flags.map(([code]) => code).join(", "),
    source: sourceName(sourceOf(claim)),
    factuality: value("factuality"),
    strength: value("strength"),
    study_design: value("study_design"),
    effect: effect(claim),
    section: claim.section,
    sentence: claim.sentence,
  };
}

function effect(claim) {
  const value = (name) => valueOf(claim, name);
  if (value("effect_value") === null || value("effect_value") === "") return "";
  const interval = value("ci_low") !== null && value("ci_high") !== null ? " (" + value("ci_low") + " to " + value("ci_high") + ")" : "";
  return (value("effect_measure") + " " + value("effect_value") + interval).trim();
}

function grid(id, label, data, columns, choose) {
  const made = new Tabulator("#" + id, {
    ...GRID,
    data,
    columns: columns.map((one) => ({ headerSortTristate: true, ...one })),
    index: "i",
    rowFormatter: (row) => markRow(row, made && made.current === row.getData().i),
  });
  made.current = -1;
  made.on("rowClick", (event, row) => choose(row.getData().i));
  made.on("tableBuilt", () => mendRoles(made, label));
  made.ready = new Promise((done) => { made.on("tableBuilt", done); });
  return made;
}

function markRow(row, isCurrent) {
  const node = row.getElement();
  node.classList.toggle("current", isCurrent);
  node.setAttribute("aria-selected", isCurrent ? "true" : "false");
}

function setCurrent(made, i, scroll) {
  const before = made.current;
  made.current = i;
  for (const [place, isCurrent] of [[before, false], [i, true]]) {
    const row = place >= 0 && made.getRow(place);
    if (row && row.getElement().isConnected) markRow(row, isCurrent);
  }
  const row = i >= 0 && made.getRow(i);
  if (row && scroll && mask[i] !== 0) made.scrollToRow(row, "center", false).catch(() => {});
}

// Tabulator 6.5 gives a grid whose head has a row group within a row group and whose body stands in a focusable element
// without a role; axe-core calls the first critical.
function mendRoles(made, label) {
  const root = made.element;
  root.setAttribute("aria-label", label);
  root.removeAttribute("aria-owns");
  root.querySelectorAll(".tabulator-header-contents, .tabulator-tableholder").forEach((node) => node.setAttribute("role", "presentation"));
  root.querySelectorAll(".tabulator-headers").forEach((node) => node.setAttribute("role", "row"));
  root.querySelectorAll(".tabulator-tableholder").forEach((node) => { node.setAttribute("role", "rowgroup"); node.setAttribute("aria-label", label + ", rows"); });
  root.querySelectorAll(".tabulator-table").forEach((node) => node.setAttribute("role", "presentation"));
}
