// What the reviewer decides here: a list that is only added to, kept by the browser under the address of the page.
// Pages opened from disk share one store, so the key is the path of this one.

const STORE = "provender-reviews:" + location.pathname;
const decided = new Map();
let log = [];
let exported = 0;

function valueOf(claim, name) {
  const decision = decided.get(claim.claim_id) || ledger.get(claim.claim_id);
  if (decision && name in decision.corrections) return decision.corrections[name];
  return name === "source_type" ? sourceOf(claim).source_type : claim[name];
}

function decisionOf(claim) {
  const own = decided.get(claim.claim_id) || ledger.get(claim.claim_id);
  if (own) return own;
  return { status: claim.review_status, note: claim.review_note, reviewer: claim.reviewer, at: claim.reviewed_at, corrections: {}, inTable: true };
}

function isPending(claim) {
  const own = decided.get(claim.claim_id);
  if (!own || isServed()) return Boolean(own) && undelivered.has(claim.claim_id);
  const corrected = Object.entries(own.corrections).some(([name, value]) => String(claim[name] ?? "") !== String(value));
  const confirms = own.at !== claim.reviewed_at && claim.flags.some(([code]) => code === "stale-decision");
  return confirms || corrected || own.status !== claim.review_status || own.note !== claim.review_note;
}

function pending() {
  return [...decided.keys()].map((id) => claimById.get(id)).filter((claim) => claim && isPending(claim));
}

function unsaved() {
  const claimsOpen = pending().filter((claim) => decided.get(claim.claim_id).number >= exported);
  return [...claimsOpen, ...pendingOverrides().filter((event) => event.number >= exported)];
}

function decide(claim, field, value, batch) {
  const event = { claim: claim.claim_id, field, value, reviewer: byId("reviewer").value.trim(), at: now() };
  if (batch) event.batch = batch;
  log.push(event);
  if (!isOverride(event)) apply(event, log.length - 1);
  keep();
  deliver(event);
}

function takeBack() {
  const reversed = reversals();
  let last = log.length - 1;
  while (last >= 0 && (reversed.has(last) || "reverses" in log[last])) last -= 1;
  if (last < 0) return null;
  log.push({ reverses: last, reviewer: byId("reviewer").value.trim(), at: now() });
  fold();
  keep();
  deliver(log[log.length - 1]);
  return claimById.get(log[last].claim) || null;
}

// Rows that were decided together are taken back together; the first of them gave the batch its name.
function isWithinBatch() {
  const event = log[log[log.length - 1].reverses];
  return Boolean(event.batch) && event.batch !== event.claim;
}

function reversals() {
  return new Set(log.filter((event) => "reverses" in event).map((event) => event.reverses));
}

function apply(event, number) {
  const claim = claimById.get(event.claim);
  const before = claim ? decisionOf(claim) : { status: "", note: "", corrections: {} };
  const own = decided.get(event.claim) || { status: before.status, note: before.note, corrections: { ...before.corrections } };
  if (event.field === "review_status") own.status = event.value;
  else if (event.field === "review_note") own.note = event.value;
  else own.corrections[event.field] = event.value;
  if (!["review_status", "review_note"].includes(event.field) && ["", "accepted"].includes(own.status)) own.status = "corrected";
  decided.set(event.claim, { ...own, reviewer: event.reviewer, at: event.at, number });
}

function fold() {
  const reversed = reversals();
  decided.clear();
  log.forEach((event, number) => {
    if (!("reverses" in event) && !reversed.has(number) && !isOverride(event)) apply(event, number);
  });
  for (const number of reversed) {
    if (isOverride(log[number])) continue;
    const { claim: id, field, value, at, reviewer } = log[number];
    const claim = claimById.get(id);
    const isInTable = claim && field === "review_status" && claim.review_status === value && claim.reviewed_at === at;
    if (isInTable && !decided.has(id)) decided.set(id, { status: "", note: claim.review_note, corrections: {}, reviewer, at: now(), number: log.length });
  }
}

function now() {
  return new Date().toISOString().slice(0, 19) + "Z";
}

function keep() {
  try {
    if (isServed()) { localStorage.setItem(STORE, JSON.stringify({ reviewer: byId("reviewer").value })); return; }
    localStorage.setItem(STORE, JSON.stringify({ log, exported, reviewer: byId("reviewer").value }));
  } catch (error) {
    trouble("The browser does not keep decisions for this page; save reviews.csv before you close it.");
  }
}

function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) || "{}");
    log = Array.isArray(kept.log) ? kept.log : [];
    exported = kept.exported || 0;
    if (kept.reviewer) byId("reviewer").value = kept.reviewer;
  } catch (error) {
    trouble("The browser does not keep decisions for this page; save reviews.csv before you close it.");
  }
  fold();
}

function trouble(text) {
  byId("trouble").textContent = text;
  byId("trouble").hidden = !text;
}
