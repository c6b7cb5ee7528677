// One source: what became of it, what a reviewer should know of it, and its claims.

const SOURCE_COLUMNS = [
  column("name", "Source", 280), column("status", "Status", 100), column("source_type", "Type", 150),
  column("study_design", "Design", 140), column("date", "Date", 100),
  column("n_claims", "Claims", 78, { sorter: "number", hozAlign: "right" }), column("notes", "Notes", 320),
];

function sourceRow(source) {
  return { ...source, name: sourceName(source), notes: source.reason || source.quality_flags.join(", ") };
}

function showSource(source) {
  const node = byId("source");
  if (!source) { fill(node, make("p", {}, "Choose a source to see what was read in it.")); return; }
  const said = claimsOfSource.get(source.i) || [];
  fill(node,
    make("h2", {}, sourceName(source)),
    source.reason ? make("p", { class: "notice" }, source.reason) : null,
    source.quality_flags.length ? [make("h3", {}, "What to know of it"), make("ul", {}, source.quality_flags.map((flag) => make("li", {}, flag)))] : null,
    facts([
      ["Source", blind() ? "" : source.source_id], ["File", blind() ? "" : source.path], ["Format", source.format], ["Status", source.status],
      ["Type", source.source_type], ["Study design", source.study_design], ["Participants", source.sample_size], ["Date", source.date],
      ["Sentences", source.n_sentences],
    ]),
    make("h3", {}, plural(said.length, "claim", "claims")),
    make("ul", {}, said.slice(0, 100).map((claim) => make("li", {}, make("button", { type: "button", class: "link", onclick: () => openClaim(claim.i) }, statement(claim)), " (" + claim.certainty + ")"))));
}
