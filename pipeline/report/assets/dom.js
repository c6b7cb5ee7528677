// Everything that a document says reaches the page as text: nothing here or below sets HTML.

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

function byId(id) {
  return document.getElementById(id);
}

function fill(node, ...children) {
  node.replaceChildren(...children.flat().filter(Boolean));
}

function say(text) {
  byId("said").textContent = text;
}

function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return make("dl", { class: "facts" }, shown.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function badge(certainty) {
  return make("span", { class: "badge " + certainty.toLowerCase().replace(" ", "-") }, certainty);
}

function plural(count, one, many) {
  return count + " " + (count === 1 ? one : many);
}
