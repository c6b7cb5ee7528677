// What a reviewer decides of a study or an outcome, in place of what was read: it enters grading with the next run.

const OUTCOME_SAME = "outcome.same_as";

function isOverride(event) {
  return event !== undefined && /^(study|outcome)\./.test(event.field || "");
}

// What was decided here and still holds, by subject and field.
function overrides() {
  const reversed = reversals();
  const held = new Map();
  log.forEach((event, number) => { if (isOverride(event) && !reversed.has(number)) held.set(event.claim + "\n" + event.field, { ...event, number }); });
  return [...held.values()];
}

function overridden(subject, field) {
  return (overrides().find((event) => event.claim === subject && event.field === field) || { value: "" }).value;
}

// Decisions that the table does not show yet: it tells who decided and when.
function pendingOverrides() {
  const shown = [...studyById.values(), ...findings].map((one) => one.overrides).join("\n");
  const isShown = (event) => shown.includes((event.reviewer || "an unnamed reviewer") + " on " + event.at.slice(0, 10)) && shown.includes(event.value);
  return overrides().filter((event) => event.value && !isShown(event));
}

function override(subject, field, value) {
  if (!byId("reviewer").value.trim()) { trouble("Type your name at the top first: every decision is somebody's."); return false; }
  trouble("");
  decide({ claim_id: subject }, field, value.trim());
  showUnsaved();
  say(value ? words(field.split(".")[1]) + " of " + subject + " is decided: " + value : "taken back");
  return true;
}

function overrideForm(study) {
  const form = make("form", { class: "correction" });
  const options = (value, allowed) => [""].concat(allowed).map((option) => make("option", { value: option, selected: option === value }, option || "as read"));
  const choices = [["study_design", contents.values.study_design], ...BIAS_DOMAINS.map((name) => [words(name), contents.bias_values])];
  for (const [name, allowed] of choices) {
    form.append(make("label", {}, words(name) + " ", make("select", { name: "study." + name }, options(overridden(study.study_id, "study." + name), allowed))));
  }
  for (const [name, kind, said] of [["sample_size", "number", "participants"], ["same_as", "text", "is the same study as (study_id)"]]) {
    form.append(make("label", {}, said + " ", make("input", { name: "study." + name, type: kind, min: kind === "number" ? "1" : null, value: overridden(study.study_id, "study." + name) })));
  }
  form.append(make("button", { type: "submit" }, "Keep decisions"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const input of form.querySelectorAll("[name]")) {
      if (input.value.trim() !== overridden(study.study_id, input.name) && !override(study.study_id, input.name, input.value)) return;
    }
  });
  return make("details", { class: "override" }, make("summary", {}, "Decide of this study"), form);
}

function outcomeForm(body) {
  const input = make("input", { name: OUTCOME_SAME, type: "text", value: overridden(body.condition, OUTCOME_SAME) });
  const form = make("form", { class: "correction" }, make("label", {}, "“" + body.condition + "” is the same outcome as ", input), make("button", { type: "submit" }, "Keep decision"));
  form.addEventListener("submit", (event) => { event.preventDefault(); override(body.condition, OUTCOME_SAME, input.value.toLowerCase()); });
  return make("details", { class: "override" }, make("summary", {}, "Decide of this outcome"), form);
}
