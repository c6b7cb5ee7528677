// Which claims are shown: facets whose counts follow the other facets, and words.

const BANDS = [[0.9, "0.9 and above"], [0.8, "0.8 to 0.9"], [0.6, "0.6 to 0.8"], [0.4, "0.4 to 0.6"], [0, "below 0.4"]];
const STATES = { "": "to review", accepted: "accepted", rejected: "rejected", corrected: "corrected", unsure: "unsure" };
const UNSAVED = "not saved";
const CONFLICT = "readers differ";
const CONSEQUENCES = { verdict: "the verdict moves", certainty: "its certainty moves", "": "nothing moves" };
const ORDERS = {
  consequence: Object.values(CONSEQUENCES),
  certainty: contents.values.certainty, exposure: contents.values.exposure, relation: contents.values.relation,
  factuality: contents.values.factuality, confidence: BANDS.map(([, words]) => words),
  review: [...Object.values(STATES), UNSAVED, CONFLICT],
};
const FACETS = {
  nutrient: { label: "Nutrient", of: (claim) => [valueOf(claim, "nutrient")] },
  condition: { label: "Condition", of: (claim) => [valueOf(claim, "condition")] },
  exposure: { label: "Exposure", of: (claim) => [valueOf(claim, "exposure")] },
  relation: { label: "Relation", of: (claim) => [valueOf(claim, "relation")] },
  certainty: { label: "Certainty", of: (claim) => [valueOf(claim, "certainty")] },
  source: { label: "Source", of: (claim) => [sourceOf(claim).source_id] },
  flag: { label: "Flag", of: (claim) => claim.flags.map(([code]) => code) },
  factuality: { label: "Factuality", of: (claim) => [valueOf(claim, "factuality")] },
  confidence: { label: "Confidence", of: (claim) => [BANDS.find(([least]) => claim.confidence >= least)[1]] },
  consequence: { label: "If rejected", of: (claim) => [CONSEQUENCES[claim.consequence]] },
  review: {
    label: "Review",
    of: (claim) => [STATES[decisionOf(claim).status] || decisionOf(claim).status, ...(isPending(claim) ? [UNSAVED] : []), ...(decisionOf(claim).conflict ? [CONFLICT] : [])],
  },
};

const chosen = { q: "", finding: "", questions: false };
const facetValues = {};
let searchable = null;
let mask = new Uint8Array(claims.length);

function indexFacet(name) {
  const facet = FACETS[name];
  const codes = new Map();
  facet.codes = claims.map((claim) => facet.of(claim).map((value) => {
    if (!codes.has(value)) codes.set(value, codes.size);
    return codes.get(value);
  }));
  facetValues[name] = codes;
}

function buildFilters(changed) {
  const form = byId("filters");
  const search = make("input", { type: "search", id: "q", autocomplete: "off", placeholder: "words in the row" });
  form.append(make("label", {}, "Search ", search));
  for (const [name, facet] of Object.entries(FACETS)) {
    indexFacet(name);
    facet.select = make("select", { id: "facet-" + name, name });
    facet.select.addEventListener("change", () => { chosen[name] = facet.select.value; changed(); });
    form.append(make("label", {}, facet.label + " ", facet.select));
  }
  const questions = make("input", { type: "checkbox", id: "questions" });
  form.append(make("label", {}, questions, " Questions and aims"));
  form.append(make("button", { type: "button", id: "by-consequence", onclick: () => grids.claims.setSort("consequence", "desc") }, "By consequence"));
  form.append(make("button", { type: "button", id: "clear", onclick: () => { clearFilters(); changed(); } }, "Clear"));
  let waiting = 0;
  search.addEventListener("input", () => {
    chosen.q = search.value;
    clearTimeout(waiting);
    waiting = setTimeout(changed, 120);
  });
  questions.addEventListener("change", () => { chosen.questions = questions.checked; changed(); });
  form.addEventListener("submit", (event) => event.preventDefault());
}

function clearFilters() {
  for (const name of Object.keys(FACETS)) chosen[name] = "";
  Object.assign(chosen, { q: "", finding: "", questions: false });
}

function searchText(claim) {
  const source = sourceOf(claim);
  return [claim.claim_id, claim.nutrient, claim.condition, claim.nutrient_text, claim.condition_text, claim.sentence,
    source.source_id, source.title, claim.section, claim.study_design, claim.flags.map(([code]) => code).join(" ")]
    .join(" ").toLowerCase();
}

function filterClaims() {
  const names = Object.keys(FACETS);
  indexFacet("review");
  const wanted = names.map((name) => (chosen[name] ? facetValues[name].get(chosen[name]) ?? -1 : null));
  const words = chosen.q.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length && !searchable) searchable = claims.map(searchText);
  const counts = names.map((name) => new Int32Array(facetValues[name].size));
  const all = names.map((name) => FACETS[name].codes);
  const showQuestions = chosen.questions || chosen.factuality === "Unknown";
  const finding = chosen.finding === "" ? null : Number(chosen.finding);
  let shown = 0;
  let questions = 0;
  for (let i = 0; i < claims.length; i += 1) {
    mask[i] = 0;
    if (finding !== null && claims[i].finding !== finding) continue;
    if (words.length && !words.every((word) => searchable[i].includes(word))) continue;
    let failed = -1;
    let failures = 0;
    for (let facet = 0; facet < all.length && failures < 2; facet += 1) {
      if (wanted[facet] !== null && !all[facet][i].includes(wanted[facet])) { failures += 1; failed = facet; }
    }
    if (failures > 1) continue;
    if (!showQuestions && claims[i].factuality === "Unknown") { if (!failures) questions += 1; continue; }
    if (failures) {
      for (const code of all[failed][i]) counts[failed][code] += 1;
      continue;
    }
    mask[i] = 1;
    shown += 1;
    for (let facet = 0; facet < all.length; facet += 1) for (const code of all[facet][i]) counts[facet][code] += 1;
  }
  names.forEach((name, facet) => showOptions(name, counts[facet]));
  byId("q").value = chosen.q;
  byId("questions").checked = chosen.questions;
  const more = contents.total > claims.length ? " (all " + contents.total + " are in evidence.csv)" : "";
  const hidden = questions ? "; " + plural(questions, "question or aim", "questions or aims") + " not shown" : "";
  byId("count").textContent = shown + " of " + plural(claims.length, "claim", "claims") + more + hidden;
  return shown;
}

function showOptions(name, counts) {
  const select = FACETS[name].select;
  const order = ORDERS[name];
  const values = [...facetValues[name].entries()].filter(([value, code]) => counts[code] || value === chosen[name]);
  values.sort(([first, one], [second, other]) => (order ? order.indexOf(first) - order.indexOf(second) : counts[other] - counts[one] || (first < second ? -1 : 1)));
  const options = values.slice(0, 500).map(([value, code]) => make("option", { value, selected: value === chosen[name] }, label(name, value) + " (" + counts[code] + ")"));
  if (chosen[name] && !facetValues[name].has(chosen[name])) options.push(make("option", { value: chosen[name], selected: true }, chosen[name] + " (0)"));
  fill(select, make("option", { value: "" }, "any"), options);
  select.value = chosen[name] || "";
}

function label(name, value) {
  if (name === "source" && blind()) return sourceName(sources.find((source) => source.source_id === value) || {});
  return value || "none";
}
