// Decisions leave: as reviews.csv, which `provender review import` takes.

const LEADING = ["claim_id", "source_id", "sentence", "sentence_start", "sentence_end", "nutrient_start", "nutrient_end", "condition_start", "condition_end"];

function csvCell(value) {
  let text = value === null || value === undefined ? "" : String(value);
  if (/^'*[=+\-@\t\r]/.test(text)) text = "'" + text;
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

function reviewsCsv(chosenClaims) {
  const columns = LEADING.concat(contents.correctable, ["model_version", "review_status", "reviewer", "review_note", "reviewed_at"]);
  const rows = chosenClaims.map((claim) => {
    const decision = decided.get(claim.claim_id);
    const [start, end] = claim.at;
    const given = {
      source_id: sourceOf(claim).source_id, sentence_start: start, sentence_end: end,
      review_status: decision.status, reviewer: decision.reviewer, review_note: decision.note, reviewed_at: decision.at,
    };
    const places = offsets(claim);
    return columns.map((name) => csvCell(name in given ? given[name] : name in places ? places[name] : contents.correctable.includes(name) ? valueOf(claim, name) : claim[name]));
  });
  columns.push("subject", "field", "value");
  for (const event of pendingOverrides()) {
    const given = { reviewer: event.reviewer, reviewed_at: event.at, subject: event.claim, field: event.field, value: event.value };
    rows.push(columns.map((name) => csvCell(given[name])));
  }
  return "\ufeff" + [columns, ...rows].map((cells) => cells.join(",") + "\r\n").join("");
}

// Offsets of the table count characters, those of a browser units of UTF-16.
function offsets(claim) {
  const at = (place) => claim.at[0] + [...claim.sentence.slice(0, place)].length;
  const [nutrientStart, nutrientEnd, conditionStart, conditionEnd] = claim.spans.map(at);
  return { nutrient_start: nutrientStart, nutrient_end: nutrientEnd, condition_start: conditionStart, condition_end: conditionEnd };
}

function download() {
  const leaving = pending();
  const count = leaving.length + pendingOverrides().length;
  const address = URL.createObjectURL(new Blob([reviewsCsv(leaving)], { type: "text/csv;charset=utf-8" }));
  const link = make("a", { href: address, download: "reviews.csv" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  exported = log.length;
  keep();
  showUnsaved();
  say(plural(count, "decision", "decisions") + " saved to reviews.csv");
}

function showUnsaved() {
  if (isServed()) {
    byId("save").hidden = byId("trouble").hidden;
    byId("unsaved").textContent = undelivered.size ? plural(undelivered.size, "decision", "decisions") + " on the way" : "all decisions saved";
    return;
  }
  const open = unsaved().length;
  const waiting = pending().length + pendingOverrides().length;
  byId("save").hidden = !waiting;
  byId("save").classList.toggle("needed", open > 0);
  byId("unsaved").textContent = open
    ? plural(open, "decision", "decisions") + " not saved to a file"
    : waiting ? plural(waiting, "decision", "decisions") + " saved, to be imported" : "";
  document.title = (open ? "(" + open + ") " : "") + "Evidence table";
}
