// One claim: its sentence in its paragraph, why it has its grade, what others say, and what the reviewer decides.

function marked(claim) {
  const [nutrientStart, nutrientEnd, conditionStart, conditionEnd] = claim.spans;
  const spans = [[nutrientStart, nutrientEnd, "nutrient"], [conditionStart, conditionEnd, "condition"]];
  for (const number of claim.statistics.split("; ").filter(Boolean)) {
    const start = claim.sentence.indexOf(number);
    if (start >= 0) spans.push([start, start + number.length, "number"]);
  }
  spans.sort((first, second) => first[0] - second[0] || second[1] - first[1]);
  const parts = [];
  let last = 0;
  for (const [start, end, kind] of spans) {
    if (start < last || start >= end) continue;
    parts.push(claim.sentence.slice(last, start), make("mark", { class: kind, title: kind }, claim.sentence.slice(start, end)));
    last = end;
  }
  return [...parts, claim.sentence.slice(last)];
}

function paragraph(claim) {
  const sentence = make("span", { class: "sentence" }, marked(claim));
  if (claim.passage < 0) return make("blockquote", {}, sentence);
  const text = contents.passages[claim.passage];
  return make("blockquote", {}, text.slice(0, claim.place), sentence, text.slice(claim.place + claim.sentence.length));
}

function named(claim, kind) {
  const id = valueOf(claim, kind + "_id");
  return valueOf(claim, kind) + (id ? " (" + id + ")" : "") + ", written “" + claim[kind + "_text"] + "”";
}

function whereIs(claim) {
  const source = sourceOf(claim);
  const place = [claim.section, claim.page ? "page " + claim.page : ""].filter(Boolean).join(", ");
  const name = make("button", { type: "button", class: "link", onclick: () => openSource(claim.source) }, sourceName(source));
  const rest = blind() ? [source.source_type, place] : [source.title ? source.source_id : "", source.date, source.source_type, place];
  return make("p", { class: "where" }, make("cite", {}, name), rest.filter(Boolean).map((text) => " · " + text));
}

function references(claim) {
  if (!claim.citations.length) return null;
  const shown = texts(claim.citations).map((text) => (blind() ? text.split(": ")[0] + ": (hidden)" : text));
  return [make("h3", {}, "It cites"), make("ul", {}, shown.map((text) => make("li", {}, text)))];
}

function others(claim) {
  const pair = pairOf(findings[claim.finding] || claim);
  const found = (claimsOfPair.get(pair) || []).filter((other) => other.source !== claim.source);
  const bySource = new Map();
  for (const other of found) addTo(bySource, other.source, other);
  if (!bySource.size) return [make("h3", {}, "Other sources"), make("p", {}, "No other source speaks of this pair.")];
  const lines = [...bySource.values()].slice(0, 12).map((said) => make("li", {},
    sourceName(sourceOf(said[0])) + ": ",
    said.slice(0, 3).map((other, place) => [place ? "; " : "", make("button", { type: "button", class: "link", onclick: () => openClaim(other.i) }, statement(other) + " (" + other.certainty + ")")]).flat()));
  const more = bySource.size > 12 ? make("p", {}, plural(bySource.size - 12, "more source", "more sources")) : null;
  return [make("h3", {}, plural(bySource.size, "other source speaks", "other sources speak") + " of this pair"), make("ul", {}, lines), more];
}

function restsOn(claim) {
  const rested = studiesOf(claim);
  if (!rested.length) return make("p", {}, "It rests on no study that can be traced, and so tells rather than decides.");
  return [make("h3", {}, "It rests on"), ...rested.map((study) => showStudy(study, claimsOfStudy.get(study.study_id) || []))];
}

function findingLink(claim) {
  const body = findings[claim.finding];
  if (!body) return null;
  const text = body.verdict + ", " + body.certainty.toLowerCase() + " certainty, from " + plural(body.n_independent_studies, "study", "studies") + " in " + plural(body.n_sources, "source", "sources");
  return make("p", {}, "The finding: ", make("button", { type: "button", class: "link", onclick: () => openFinding(claim.finding) }, text));
}

function review(claim) {
  const decision = decisionOf(claim);
  const button = (status, words, key) => make("button", { type: "button", "data-status": status, "aria-pressed": String(decision.status === status), onclick: () => judge(status) }, words + " (" + key + ")");
  const who = decision.status || decision.note
    ? (STATES[decision.status] || decision.status) + (decision.reviewer ? " by " + decision.reviewer : "") + (decision.at ? " on " + decision.at.slice(0, 10) : "") + (isPending(claim) ? ", not yet in the table" : "")
    : "not reviewed";
  const note = make("textarea", { id: "note", rows: "2", "aria-label": "Note" });
  note.value = decision.note || "";
  note.addEventListener("change", () => { decide(claim, "review_note", note.value.trim()); decisionsChanged(claim); });
  const same = duplicatesOf(claim).length;
  const together = make("label", {}, make("input", { type: "checkbox", id: "together", checked: true }), " " + plural(same, "other row says", "other rows say") + " the same in the same words: decide them together");
  return make("section", { class: "review", "aria-label": "Review" },
    keepOrLook(claim, decision),
    make("p", { class: "state " + (decision.status || "open") + (isPending(claim) ? " pending" : "") }, who),
    make("div", { class: "buttons" },
      button("accepted", "Accept", "a"), button("rejected", "Reject", "r"), button("unsure", "Unsure", "u"),
      make("button", { type: "button", id: "correct", "aria-expanded": "false", onclick: () => correct(claim) }, "Correct (c)"),
      make("button", { type: "button", onclick: undo }, "Take back (z)")),
    same ? together : "",
    make("div", { id: "correction" }),
    otherReaders(claim),
    make("label", { class: "note" }, "Note (n) ", note));
}

// A decision on a row that reads otherwise now stands until it is kept or changed.
function keepOrLook(claim, decision) {
  const stale = claim.flags.find(([code]) => code === "stale-decision");
  if (!stale || !decision.status || isPending(claim)) return null;
  const keeping = make("button", { type: "button", id: "keep", onclick: () => judge(decision.status) }, "Keep: " + (STATES[decision.status] || decision.status));
  return make("p", { class: "notice" }, contents.texts[stale[1]] + " ", keeping);
}

function correct(claim) {
  const place = byId("correction");
  if (place.firstChild) { closeCorrection(); return; }
  const form = make("form", { class: "correction" });
  for (const name of contents.correctable) {
    const allowed = contents.values[name];
    const value = valueOf(claim, name);
    const input = allowed
      ? make("select", { name }, (allowed.includes(value) ? [] : [""]).concat(allowed).map((option) => make("option", { value: option, selected: option === value }, option)))
      : make("input", { name, type: "text", value: value === null ? "" : String(value) });
    form.append(make("label", { title: contents.meanings[name] }, name.replaceAll("_", " ") + " ", input));
  }
  form.append(make("button", { type: "submit" }, "Keep corrections"), make("button", { type: "button", onclick: closeCorrection }, "Cancel"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const input of form.querySelectorAll("[name]")) {
      const before = valueOf(claim, input.name);
      if (String(before === null ? "" : before) !== input.value.trim()) decide(claim, input.name, input.value.trim());
    }
    decisionsChanged(claim);
    byId("claim").focus();
  });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") closeCorrection(); });
  place.append(form);
  byId("correct").setAttribute("aria-expanded", "true");
  form.querySelector("select, input").focus();
}

function closeCorrection() {
  byId("correction").replaceChildren();
  byId("correct").setAttribute("aria-expanded", "false");
  byId("claim").focus();
}

function showClaim(claim) {
  const node = byId("claim");
  if (!claim) { fill(node, make("p", {}, "Choose a claim: j and k, or a click.")); return; }
  const decision = decided.get(claim.claim_id);
  const corrections = decision ? Object.entries(decision.corrections).filter(([name, value]) => String(claim[name] ?? "") !== String(value)) : [];
  fill(node,
    make("h2", {}, badge(valueOf(claim, "certainty")), " ", statement(claim)),
    make("p", { class: "how" }, [valueOf(claim, "factuality"), valueOf(claim, "strength") === "na" ? "" : valueOf(claim, "strength"), "confidence " + claim.confidence.toFixed(2)].filter(Boolean).join(", ")),
    paragraph(claim),
    whereIs(claim),
    review(claim),
    corrections.length ? make("ul", { class: "corrections" }, corrections.map(([name, value]) => make("li", {}, name + ": " + (claim[name] ?? "nothing") + " → " + (value || "nothing")))) : null,
    claim.flags.length ? [make("h3", {}, "Flags"), make("ul", { class: "flags" }, claim.flags.map(([code, text]) => make("li", {}, make("b", {}, code), ": " + unnamed(contents.texts[text], claim.finding, [sourceOf(claim)]))))] : null,
    make("h3", {}, "Why " + claim.certainty.toLowerCase() + " certainty"),
    make("ol", {}, texts(claim.reasons).map((reason) => make("li", {}, unnamed(reason, claim.finding, [sourceOf(claim)])))),
    restsOn(claim),
    findingLink(claim),
    references(claim),
    others(claim),
    make("h3", {}, "What was read"),
    facts([
      ["Nutrient", named(claim, "nutrient")], ["Condition", named(claim, "condition") + ", " + valueOf(claim, "condition_type")],
      ["Numbers", claim.statistics], ["Effect", effect(claim)], ["p", claim.p_value],
      ["Evidence", valueOf(claim, "study_design") + ", " + valueOf(claim, "evidence_basis") + ", level " + valueOf(claim, "evidence_level")],
      ["Participants", valueOf(claim, "sample_size")], ["Population", valueOf(claim, "population")],
      ["Characters", claim.at.join(" to ")], ["Claim", claim.claim_id], ["Read by", claim.model_version],
    ]));
}
