// The whole at a glance: the matrix of findings and sources, and the pictures of the run.

const MATRIX_ROWS = 60;
const MATRIX_SOURCES = 24;
const STANCE_SIGNS = { harmful: "▲", beneficial: "▼", "no effect": "=", associated: "~" };

function showMatrix() {
  const node = byId("view-matrix");
  if (!findings.length) { fill(node, make("p", {}, "No claim was found to compare.")); return; }
  const rows = findings.slice(0, MATRIX_ROWS);
  const spoken = new Map();
  for (const body of rows) for (const [source] of body.stances) spoken.set(source, (spoken.get(source) || 0) + 1);
  const shown = [...spoken.keys()].sort((first, second) => spoken.get(second) - spoken.get(first) || first - second).slice(0, MATRIX_SOURCES);
  const head = make("tr", {}, make("th", { scope: "col" }, "Finding"), make("th", { scope: "col" }, "Verdict"),
    shown.map((source) => make("th", { scope: "col", class: "source" }, make("span", {}, sourceName(sources[source] || {})))));
  const body = rows.map((finding) => {
    const stances = new Map(finding.stances.map(([source, stance, certainty]) => [source, [stance, certainty]]));
    return make("tr", {},
      make("th", { scope: "row" }, make("button", { type: "button", class: "link", onclick: () => openFinding(finding.i) }, finding.nutrient + " (" + finding.exposure + ") and " + finding.condition)),
      make("td", {}, VERDICT_SIGNS[finding.verdict] + " " + finding.verdict),
      shown.map((source) => {
        if (!stances.has(source)) return make("td", {});
        const [stance, certainty] = stances.get(source);
        return make("td", { class: certainty.toLowerCase().replace(" ", "-"), title: stance + ", " + certainty }, (STANCE_SIGNS[stance] || "·") + " " + certainty);
      }));
  });
  const cut = findings.length > rows.length || spoken.size > shown.length || contents.n_findings > findings.length;
  fill(node,
    make("h2", {}, "Findings and sources"),
    make("p", {}, "▲ harmful, ▼ beneficial, = no effect, ~ associated; beside it the certainty." + (cut ? " The findings and sources that speak of most; all are in comparison_matrix.csv." : "")),
    make("div", { class: "wide", tabindex: "0", role: "group", "aria-label": "Findings by source" }, make("table", {}, make("thead", {}, head), make("tbody", {}, body))));
}

function picture(figure) {
  const image = figure.svg ? make("img", { src: "data:image/svg+xml;base64," + figure.svg, alt: figure.alt, loading: "lazy" }) : make("p", {}, figure.alt);
  const links = figure.files.map((file) => make("a", { href: file }, file.split(".").pop().toUpperCase()));
  return make("figure", {}, image, make("figcaption", {}, figure.title + " (", links[0], ", ", links[1], ")" + (figure.note ? ". " + figure.note : "")));
}

function showFigures() {
  const all = contents.figures;
  const whole = all.filter((figure) => !figure.pair);
  const plots = all.filter((figure) => figure.pair);
  fill(byId("view-figures"),
    make("h2", {}, "Figures"),
    all.length
      ? make("p", {}, "What became of the records, after PRISMA 2020: ", make("a", { href: "figures/prisma-flow.svg" }, "figures/prisma-flow.svg"), ". How the tables were made: ", make("a", { href: "methods.md" }, "methods.md"), ".")
      : make("p", {}, "This run drew no pictures."),
    whole.map(picture),
    plots.length ? make("h3", {}, "Forest plots: the ratios and differences that sources give, side by side and not pooled") : null,
    plots.map((figure) => {
      const node = make("details", {}, make("summary", {}, figure.title));
      node.addEventListener("toggle", () => { if (node.open && node.children.length === 1) node.append(picture(figure)); });
      return node;
    }));
}
