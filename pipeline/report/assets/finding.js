// One finding (a nutrient, an exposure, a condition): its verdict, why, the sources on each side, its claims.

const VERDICT_SIGNS = { harmful: "▲", beneficial: "▼", "no effect": "=", raises: "↑", lowers: "↓", mixed: "◆", insufficient: "?" };

const FINDING_COLUMNS = [
  column("nutrient", "Nutrient", 130), column("exposure", "Exposure", 115), column("condition", "Condition", 170),
  column("verdict", "Verdict", 115, { formatter: (shown) => cell(VERDICT_SIGNS[shown.getValue()] + " " + shown.getValue()) }),
  column("certainty", "Certainty", 96, { sorter: ranked, formatter: (shown) => badge(shown.getValue()) }),
  column("n_independent_studies", "Studies", 82, { sorter: "number", hozAlign: "right" }),
  column("n_sources", "Sources", 86, { sorter: "number", hozAlign: "right" }),
  column("n_claims", "Claims", 78, { sorter: "number", hozAlign: "right" }),
  column("disagreement", "Disagree", 90, { formatter: (shown) => cell(shown.getValue() ? "yes" : "no") }),
];

function showFinding(body) {
  const node = byId("finding");
  if (!body) { fill(node, make("p", {}, "Choose a finding to see why it says what it says.")); return; }
  const said = claimsOfFinding.get(body.i) || [];
  const sides = new Map();
  for (const [source, stance, certainty] of body.stances) addTo(sides, stance, [source, certainty]);
  fill(node,
    make("h2", {}, badge(body.certainty), " " + body.nutrient + " (" + body.exposure + ") and " + body.condition + ": " + VERDICT_SIGNS[body.verdict] + " " + body.verdict),
    body.nutrient_role ? make("p", {}, body.nutrient_role) : null,
    body.disagreement ? make("p", { class: "notice" }, "The sources disagree.") : null,
    body.notes.length ? make("ul", {}, body.notes.map((note) => make("li", {}, blind() ? "(hidden)" : note))) : null,
    make("h3", {}, "Why"),
    make("ol", {}, texts(body.reasons).map((reason) => make("li", {}, reason))),
    make("h3", {}, "Sources"),
    [...sides].map(([stance, list]) => [make("h4", {}, stance + " (" + list.length + ")"), make("ul", {}, list.slice(0, 30).map(([source, certainty]) => make("li", {},
      make("button", { type: "button", class: "link", onclick: () => openSource(source) }, sourceName(sources[source] || {})), " (" + certainty + ")")))]).flat(),
    make("h3", {}, plural(body.n_claims, "claim", "claims")),
    make("ul", {}, said.slice(0, 60).map((claim) => make("li", {}, make("button", { type: "button", class: "link", onclick: () => openClaim(claim.i) }, statement(claim)), " (" + claim.certainty + "): “" + claim.sentence + "”"))),
    make("p", {}, make("button", { type: "button", onclick: () => { clearFilters(); chosen.finding = String(body.i); chosen.questions = true; open("claims"); } }, "Review these claims")),
    pictures(body));
}

function pictures(body) {
  const pair = [body.nutrient_id || body.nutrient, body.condition_id || body.condition];
  return contents.figures.filter((figure) => figure.pair && figure.pair[0] === pair[0] && figure.pair[1] === pair[1]).map(picture);
}
