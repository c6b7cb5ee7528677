// The summary of findings, as GRADE lays it out, and one of them: its studies, the sources on each side, its claims.

const VERDICT_SIGNS = { harmful: "▲", beneficial: "▼", "no effect": "=", raises: "↑", lowers: "↓", mixed: "◆", insufficient: "?" };

const FINDING_COLUMNS = [
  column("nutrient", "Nutrient", 130), column("exposure", "Exposure", 115), column("condition", "Condition", 170),
  column("verdict", "Verdict", 115, { formatter: (shown) => cell(VERDICT_SIGNS[shown.getValue()] + " " + shown.getValue()) }),
  column("certainty", "Certainty", 108, { sorter: ranked, formatter: (shown) => badge(shown.getValue()) }),
  column("n_independent_studies", "Studies", 92, { sorter: "number", hozAlign: "right" }),
  column("n_participants", "Participants", 120, { sorter: "number", hozAlign: "right" }),
  column("effect", "Effect", 260),
  column("told", "Readers are told", 135, { formatter: (shown) => cell(shown.getValue() + (shown.getData().told_gap ? " (another thing)" : "")) }),
  column("n_sources", "Sources", 94, { sorter: "number", hozAlign: "right" }),
  column("n_claims", "Claims", 88, { sorter: "number", hozAlign: "right" }),
  column("disagreement", "Disagree", 102, { formatter: (shown) => cell(shown.getValue() ? "yes" : "no") }),
];

const GRADE_DOMAINS = ["risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias", "upgraded"];
// Of a study, what is shown by itself or stands elsewhere; the other columns are its domains of bias.
const STUDY_FACTS = ["study_id", "pmid", "pmcid", "doi", "registry_id", "url", "title", "year", "first_author", "status", "study_design", "sample_size", "population", "risk_of_bias", "funding", "own_sources", "citing_sources", "included_in", "overrides"];
const BIAS_DOMAINS = contents.study_columns.filter((name) => !STUDY_FACTS.includes(name));

function words(name) {
  return name.replaceAll("_", " ");
}

function claimList(said, quoted) {
  return make("ul", {}, said.slice(0, 60).map((claim) => make("li", {}, make("button", { type: "button", class: "link", onclick: () => openClaim(claim.i) }, statement(claim)), " (" + claim.certainty + ")" + (quoted ? ": “" + claim.sentence + "”" : ""))));
}

function showStudy(study, said) {
  const kind = [study.study_design, study.sample_size ? study.sample_size + " participants" : "size not known", study.status].filter(Boolean).join(", ");
  const link = study.url.startsWith("https://") && !blind() ? make("a", { href: study.url, rel: "noreferrer noopener", target: "_blank" }, study.study_id) : blind() ? "" : study.study_id;
  const node = make("details", { class: "study" }, make("summary", {}, studyName(study) + " (" + kind + ")"));
  node.addEventListener("toggle", () => {
    if (!node.open || node.children.length > 1) return;
    node.append(
      facts([["Study", link], ["Population", study.population], ["Funding", study.funding], ["Pooled by", study.included_in], ["Decided", study.overrides],
        ["Reported by", blind() ? "" : study.own_sources], ["Cited by", blind() ? "" : study.citing_sources]]),
      make("h4", {}, "Risk of bias: " + study.risk_of_bias),
      facts(BIAS_DOMAINS.filter((name) => study[name]).map((name) => [words(name), study[name]])),
      overrideForm(study),
      make("h4", {}, plural(said.length, "claim rests", "claims rest") + " on it here"),
      claimList(said, true));
  });
  return node;
}

function showFinding(body) {
  const node = byId("finding");
  if (!body) { fill(node, make("p", {}, "Choose a finding to see why it says what it says.")); return; }
  const said = claimsOfFinding.get(body.i) || [];
  const studies = body.study_ids.map((id) => studyById.get(id)).filter(Boolean);
  const sides = new Map();
  for (const [source, stance, certainty] of body.stances) addTo(sides, stance, [source, certainty]);
  fill(node,
    make("h2", {}, badge(body.certainty), " " + body.nutrient + " (" + body.exposure + ") and " + body.condition + ": " + VERDICT_SIGNS[body.verdict] + " " + body.verdict),
    body.statement ? make("p", { class: "statement" }, body.statement) : null,
    body.told_gap ? make("p", { class: "notice" }, "Readers are told another thing than studies show: " + body.told + ".") : null,
    body.nutrient_role ? make("p", {}, "The nutrient itself: " + body.nutrient_role) : null,
    body.disagreement ? make("p", { class: "notice" }, "The sources disagree.") : null,
    body.notes.length ? make("ul", {}, body.notes.map((note) => make("li", {}, unnamed(note, body.i)))) : null,
    facts([
      ["Studies", body.n_independent_studies + (body.n_participants ? " (" + body.n_participants + " participants)" : "")], ["Designs", body.designs],
      ["Effect", body.effect], ["Absolute effect", body.effect_absolute], ["Readers are told", body.told], ["Decided", body.overrides],
    ]),
    make("h3", {}, "Certainty, domain by domain"),
    facts(GRADE_DOMAINS.map((name) => [words(name), unnamed(body[name], body.i) || (name === "upgraded" ? "" : "not judged")])),
    outcomeForm(body),
    make("h3", {}, "Why"),
    make("ol", {}, texts(body.reasons).map((reason) => make("li", {}, unnamed(reason, body.i)))),
    make("h3", {}, plural(studies.length, "study", "studies")),
    studies.map((study) => showStudy(study, (claimsOfStudy.get(study.study_id) || []).filter((claim) => claim.finding === body.i))),
    make("h3", {}, "Sources"),
    [...sides].map(([stance, list]) => [make("h4", {}, stance + " (" + list.length + ")"), make("ul", {}, list.slice(0, 30).map(([source, certainty]) => make("li", {},
      make("button", { type: "button", class: "link", onclick: () => openSource(source) }, sourceName(sources[source] || {})), " (" + certainty + ")")))]).flat(),
    make("h3", {}, plural(body.n_claims, "claim", "claims")),
    claimList(said, true),
    make("p", {}, make("button", { type: "button", onclick: () => { clearFilters(); chosen.finding = String(body.i); chosen.questions = true; open("claims"); } }, "Review these claims")),
    pictures(body));
}

function pictures(body) {
  const pair = [body.nutrient_id || body.nutrient, body.condition_id || body.condition];
  return contents.figures.filter((figure) => figure.pair && figure.pair[0] === pair[0] && figure.pair[1] === pair[1]).map(picture);
}
