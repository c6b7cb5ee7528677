// The desk: the views, the address that restores them, the keys.

const VIEWS = { claims: "Claims", findings: "Findings", matrix: "Matrix", sources: "Sources", figures: "Figures" };
const grids = {};
let view = "claims";
let isRestoring = true;

function current() {
  return grids.claims ? claims[grids.claims.current] : undefined;
}

function open(name) {
  view = name in VIEWS ? name : "claims";
  for (const other of Object.keys(VIEWS)) {
    byId("view-" + other).hidden = other !== view;
    byId("tab-" + other).setAttribute("aria-current", other === view ? "page" : "false");
  }
  if (view === "matrix") showMatrix();
  if (view === "figures") showFigures();
  if (view === "findings" && !grids.findings) {
    grids.findings = grid("findings", "Findings", findings, FINDING_COLUMNS, openFinding);
    byId("findings-note").textContent = plural(contents.n_findings, "finding", "findings") + (contents.n_findings > findings.length ? "; here are the " + findings.length + " that most sources speak of" : "");
    showFinding(null);
  }
  if (view === "sources" && !grids.sources) {
    grids.sources = grid("sources", "Sources", sources.map(sourceRow), SOURCE_COLUMNS, openSource);
    byId("sources-note").textContent = plural(contents.n_sources, "source", "sources") + ", " + plural(sources.filter((source) => source.status === "failed").length, "failure", "failures");
    showSource(null);
  }
  if (view === "claims") refilter();
  remember();
}

function refilter() {
  filterClaims();
  if (grids.claims) grids.claims.setFilter((row) => mask[row.i] === 1);
  remember();
}

function openClaim(i) {
  if (view !== "claims") open("claims");
  if (mask[i] !== 1) { clearFilters(); chosen.questions = claims[i].factuality === "Unknown"; refilter(); }
  select(i);
}

function select(i) {
  setCurrent(grids.claims, i, true);
  showClaim(claims[i]);
  byId("claim").scrollTop = 0;
  remember();
}

function openFinding(i) {
  if (view !== "findings") open("findings");
  grids.findings.ready.then(() => setCurrent(grids.findings, i, true));
  showFinding(findings[i]);
}

function openSource(i) {
  if (i < 0) return;
  if (view !== "sources") open("sources");
  grids.sources.ready.then(() => setCurrent(grids.sources, i, true));
  showSource(sources[i]);
}

function step(by) {
  const rows = grids.claims.getRows("active");
  const place = rows.findIndex((row) => row.getData().i === grids.claims.current);
  const next = rows[place < 0 ? 0 : place + by];
  if (!next) { say(by > 0 ? "No claim after this one" : "No claim before this one"); return; }
  select(next.getData().i);
  announce(place < 0 ? 1 : place + by + 1, rows.length);
}

function announce(number, total) {
  const claim = current();
  say("Claim " + number + " of " + total + ": " + statement(claim) + ". " + (STATES[decisionOf(claim).status] || "") + ". " + claim.sentence);
}

function judge(status) {
  const claim = current();
  if (!claim) return;
  const same = byId("together") && byId("together").checked ? duplicatesOf(claim).filter((other) => !decisionOf(other).status) : [];
  const batch = same.length ? claim.claim_id : "";
  for (const one of [claim, ...same]) decide(one, "review_status", status, batch);
  grids.claims.updateData(same.map(claimRow));
  decisionsChanged(claim);
  step(1);
}

function undo() {
  let claim = takeBack();
  while (claim && isWithinBatch()) {
    grids.claims.updateData([claimRow(claim)]);
    claim = takeBack();
  }
  if (!claim) {
    const last = log[log.length - 1];
    const isTaken = last && "reverses" in last && isOverride(log[last.reverses]);
    say(isTaken ? "Taken back: " + words(log[last.reverses].field) + " of " + log[last.reverses].claim : "There is nothing to take back");
    showUnsaved();
    return;
  }
  decisionsChanged(claim);
  openClaim(claim.i);
  say("Taken back: " + statement(claim));
}

function decisionsChanged(claim) {
  grids.claims.updateData([claimRow(claim)]);
  if (claim === current()) showClaim(claim);
  for (const name of Object.keys(FACETS)) if (name !== "source" && name !== "flag") indexFacet(name);
  filterClaims();
  showUnsaved();
}

const KEYS = {
  j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
  a: () => judge("accepted"), r: () => judge("rejected"), u: () => judge("unsure"),
  c: () => { if (current()) correct(current()); },
  n: () => { if (current()) byId("note").focus(); },
  z: undo,
  "/": () => byId("q").focus(),
};

function onKey(event) {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]") !== null;
  if (event.key === "Escape" && event.target.id === "note") { event.target.blur(); byId("claim").focus(); return; }
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !byId("keys").checked) return;
  if (event.key === "g") { toggleGuideline(); event.preventDefault(); return; }
  if (view !== "claims" || !Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
}

function toggleGuideline() {
  const panel = byId("guideline");
  panel.hidden = !panel.hidden;
  document.body.classList.toggle("with-guideline", !panel.hidden);
  byId("show-guideline").setAttribute("aria-expanded", String(!panel.hidden));
}

function remember() {
  if (isRestoring || !grids.claims) return;
  const address = new URLSearchParams({ view });
  for (const [name, value] of Object.entries(chosen)) if (value) address.set(name, value === true ? "1" : value);
  if (current()) address.set("claim", current().claim_id);
  const sorted = grids.claims.getSorters()[0];
  if (sorted) address.set("sort", sorted.field + "." + sorted.dir);
  const columns = grids.claims.getColumns().filter((one) => one.isVisible()).map((one) => one.getField());
  if (columns.join() !== CLAIM_COLUMNS.filter((one) => one.visible !== false).map((one) => one.field).join()) address.set("columns", columns.join());
  history.replaceState(null, "", location.pathname + location.search + "#" + address);
}

function restore() {
  const address = new URLSearchParams(location.hash.slice(1));
  isRestoring = true;
  clearFilters();
  for (const name of ["q", "finding", ...Object.keys(FACETS)]) chosen[name] = address.get(name) || "";
  chosen.questions = address.get("questions") === "1";
  const columns = (address.get("columns") || "").split(",").filter(Boolean);
  if (columns.length) for (const one of grids.claims.getColumns()) (columns.includes(one.getField()) ? one.show() : one.hide());
  const [field, direction] = (address.get("sort") || "").split(".");
  if (CLAIM_COLUMNS.some((one) => one.field === field)) grids.claims.setSort(field, direction === "desc" ? "desc" : "asc");
  open(address.get("view") || "claims");
  const claim = claimById.get(address.get("claim"));
  if (claim) select(claim.i); else showClaim(null);
  isRestoring = false;
  remember();
}

function buildColumnChooser() {
  fill(byId("columns"), grids.claims.getColumns().map((one) => {
    const box = make("input", { type: "checkbox", checked: one.isVisible() });
    box.addEventListener("change", () => { (box.checked ? one.show() : one.hide()); remember(); });
    return make("label", {}, box, " " + one.getDefinition().title);
  }));
}

function renameSources() {
  grids.claims.updateData(claims.map((claim) => ({ i: claim.i, source: sourceName(sourceOf(claim)) })));
  if (grids.sources) grids.sources.updateData(sources.map((source) => ({ i: source.i, name: sourceName(source) })));
  refilter();
  showClaim(current());
  if (view === "matrix") showMatrix();
  if (grids.findings) showFinding(findings[grids.findings.current]);
}

function begin() {
  byId("totals").textContent = plural(contents.total, "claim", "claims") + " in " + plural(contents.n_sources, "source", "sources") + ", " + plural(contents.n_findings, "finding", "findings") + ". Certainty is about the evidence behind a claim (GRADE), not about how sure the sentence sounds. Nothing here is medical advice.";
  fill(byId("views"), Object.entries(VIEWS).map(([name, words]) => make("button", { type: "button", id: "tab-" + name, onclick: () => open(name) }, words)));
  recall();
  buildFilters(refilter);
  filterClaims();
  grids.claims = grid("claims", "Claims", claims.map(claimRow), CLAIM_COLUMNS, select);
  grids.claims.on("dataSorted", remember);
  grids.claims.ready.then(() => {
    buildColumnChooser();
    restore();
    buildColumnChooser();
    showUnsaved();
    startServing();
    document.body.dataset.ready = "true";
    performance.mark("ready");
  });
  byId("save").addEventListener("click", download);
  byId("blind").addEventListener("change", renameSources);
  byId("reviewer").addEventListener("change", keep);
  byId("show-guideline").addEventListener("click", toggleGuideline);
  document.addEventListener("keydown", onKey);
  addEventListener("hashchange", restore);
}

begin();
