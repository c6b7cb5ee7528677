(function () {
  "use strict";
  const form = document.getElementById("filter");
  const words = document.getElementById("words");
  const certainty = document.getElementById("certainty");
  const disagreement = document.getElementById("disagreement");
  const shown = document.getElementById("shown");
  const entries = [...document.querySelectorAll(".entry")].map(function (node) {
    const topic = node.closest(".topic");
    const heading = topic ? topic.querySelector("h3").textContent : "";
    return { node: node, text: (heading + " " + node.textContent).toLowerCase() };
  });
  const claims = entries.filter(function (entry) { return entry.node.classList.contains("claim"); });
  function apply() {
    const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const entry of entries) {
      entry.node.hidden = !(asked.every(function (word) { return entry.text.includes(word); }) &&
        (!certainty.value || entry.node.dataset.certainty === certainty.value) &&
        (!disagreement.checked || entry.node.dataset.disagreement === "true"));
    }
    for (const topic of document.querySelectorAll(".topic")) {
      topic.hidden = !topic.querySelector(".claim:not([hidden])");
    }
    const count = claims.filter(function (entry) { return !entry.node.hidden; }).length;
    shown.textContent = count + " of " + claims.length + " claims shown";
  }
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  let closed = [];
  addEventListener("beforeprint", function () {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach(function (details) { details.open = true; });
  });
  addEventListener("afterprint", function () { closed.forEach(function (details) { details.open = false; }); });
  apply();
})();
