// Where the page is served, decisions go to the ledger as they are made, and those of others come from it.

const ledger = new Map();
const undelivered = new Map();
const EVERY_MILLISECONDS = 10000;
let delivery = Promise.resolve();

function isServed() {
  return document.body.dataset.served === "true";
}

async function ask(method, query, body) {
  const headers = { "X-Provender-Token": new URLSearchParams(location.search).get("token") || "", "Content-Type": "application/json" };
  const answer = await fetch("api/decisions" + query, { method, headers, body: body ? JSON.stringify(body) : undefined });
  const values = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(values.detail || "The desk refused this (" + answer.status + ").");
  return values;
}

function deliver(event) {
  if (!isServed()) return;
  const id = "reverses" in event ? log[event.reverses].claim : event.claim;
  undelivered.set(id, (undelivered.get(id) || 0) + 1);
  showUnsaved();
  delivery = delivery.then(async () => {
    try {
      event.number = (await ask("POST", "", message(event))).number;
      undelivered.set(id, undelivered.get(id) - 1);
      if (!undelivered.get(id)) undelivered.delete(id);
      if (!undelivered.size) trouble("");
      if ("reverses" in event) refresh();
    } catch (error) {
      trouble((error instanceof TypeError ? "The desk does not answer; start it again, or save reviews.csv." : error.message) + " Not saved: " + plural(undelivered.size, "decision", "decisions") + ".");
    }
    if (claimById.has(id)) grids.claims.updateData([claimRow(claimById.get(id))]);
    showUnsaved();
  });
}

function message(event) {
  const reviewer = event.reviewer;
  if ("reverses" in event) return { reviewer, reverses: log[event.reverses].number };
  if (isOverride(event)) return { reviewer, subject: event.claim, field: event.field, value: event.value };
  if (event.field !== "review_status" && event.field !== "review_note") return { reviewer, claim: event.claim, field: event.field, value: event.value };
  const decision = decided.get(event.claim) || { status: "", note: "" };
  const status = event.field === "review_status" ? event.value : decision.status === "corrected" ? "" : decision.status;
  const settles = Boolean((ledger.get(event.claim) || {}).conflict);
  return { reviewer, claim: event.claim, field: "review_status", value: status, note: decision.note, settles };
}

async function refresh() {
  if (undelivered.size) return;
  const reviewer = byId("reviewer").value.trim();
  const said = await ask("GET", "?reviewer=" + encodeURIComponent(reviewer)).catch(() => null);
  if (!said || undelivered.size) return;
  const before = JSON.stringify([...ledger]);
  ledger.clear();
  for (const { claim, ...decision } of said) ledger.set(claim, decision);
  if (JSON.stringify([...ledger]) === before) return;
  for (const id of ledger.keys()) decided.delete(id);
  grids.claims.updateData(claims.filter((claim) => ledger.has(claim.claim_id)).map(claimRow));
  filterClaims();
  const isBusy = document.activeElement.closest("#claim") && document.activeElement.closest("input, textarea, select");
  if (current() && !isBusy) showClaim(current());
}

function startServing() {
  if (!isServed()) return;
  refresh();
  setInterval(refresh, EVERY_MILLISECONDS);
  byId("reviewer").addEventListener("change", refresh);
}

function otherReaders(claim) {
  const decision = ledger.get(claim.claim_id);
  if (!decision || !decision.others.length) return null;
  const said = decision.others.map(([name, status]) => name + ": " + (STATES[status] || status)).join("; ");
  return make("p", { class: decision.conflict ? "notice" : "soft" }, (decision.conflict ? "Readers differ; your next decision settles it. " : "Other readers: ") + said);
}
