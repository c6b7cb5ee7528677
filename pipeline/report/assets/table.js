// What the run wrote: claims, findings, sources and figures, read from the page once.

const contents = JSON.parse(byId("contents").textContent);

const SHARED = ["source", "finding", "passage", "place", "sentence", "spans", "at", "reasons", "flags", "citations"];
const FINDING_TAIL = ["notes", "reasons", "stances"];

function records(rows, columns) {
  return rows.map((values, i) => {
    const record = { i };
    columns.forEach((name, place) => { record[name] = values[place]; });
    return record;
  });
}

const claims = records(contents.claims, contents.columns.concat(SHARED));
const findings = records(contents.findings, contents.finding_columns.concat(FINDING_TAIL));
const sources = records(contents.sources, contents.source_columns);
const studyById = new Map(records(contents.studies, contents.study_columns).map((study) => [study.study_id, study]));
const claimById = new Map(claims.map((claim) => [claim.claim_id, claim]));

function texts(places) {
  return places.map((place) => contents.texts[place]);
}

function pairOf(row) {
  return (row.nutrient_id || row.nutrient) + "\n" + (row.condition_id || row.condition);
}

const claimsOfPair = new Map();
const claimsOfFinding = new Map();
const claimsOfSource = new Map();
const claimsOfStudy = new Map();

function addTo(map, key, value) {
  if (!map.has(key)) map.set(key, []);
  map.get(key).push(value);
}

for (const claim of claims) {
  addTo(claimsOfPair, pairOf(findings[claim.finding] || claim), claim);
  addTo(claimsOfFinding, claim.finding, claim);
  addTo(claimsOfSource, claim.source, claim);
  for (const study of claim.study_id.split("; ").filter(Boolean)) addTo(claimsOfStudy, study, claim);
}

// Near-duplicates make the same claim in the same words, whatever their case and punctuation.
let alike = null;

function duplicatesOf(claim) {
  const key = (one) => [pairOf(one), one.exposure, one.relation, one.sentence.toLowerCase().replace(/[^\p{L}\p{N}%]+/gu, " ").trim()].join("\n");
  if (!alike) {
    alike = new Map();
    for (const one of claims) addTo(alike, key(one), one);
  }
  return alike.get(key(claim)).filter((other) => other !== claim);
}

function sourceOf(claim) {
  return sources[claim.source] || { source_id: "", title: "", date: "", source_type: "" };
}

function sourceName(source) {
  return blind() ? "source " + (source.i === undefined ? "?" : source.i + 1) : source.title || source.source_id;
}

// What is said of a finding or of one of its claims, with its sources and studies unnamed where authors are hidden.
function unnamed(text, place, more = []) {
  if (!blind()) return text;
  const body = findings[place] || { stances: [], study_ids: [] };
  const names = new Map([...more, ...body.stances.map(([source]) => sources[source])].filter(Boolean).flatMap((source) => [[source.source_id, sourceName(source)], [source.title, sourceName(source)]]));
  for (const study of body.study_ids.map((id) => studyById.get(id)).filter(Boolean)) {
    for (const name of [study.study_id, study.title, study.first_author]) names.set(name, studyName(study));
  }
  return [...names].sort(([first], [second]) => second.length - first.length).reduce((said, [id, name]) => (id ? said.replaceAll(id, name) : said), text);
}

function studyName(study) {
  if (blind()) return "study " + (study.i + 1);
  return [[study.first_author, study.year].filter(Boolean).join(" "), study.title || study.study_id].filter(Boolean).join(": ");
}

function studiesOf(claim) {
  return claim.study_id.split("; ").map((id) => studyById.get(id)).filter(Boolean);
}

function blind() {
  return byId("blind").checked;
}

function statement(claim) {
  const value = (name) => valueOf(claim, name);
  const said = value("nutrient") + " (" + value("exposure") + ") " + contents.words[value("relation")] + " " + value("condition");
  return value("factuality") === "Unknown" ? contents.question + " " + said : said;
}
