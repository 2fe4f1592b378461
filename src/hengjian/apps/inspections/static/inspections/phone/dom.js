/* Building pages: elements, icons, dates in words. Text is set as text, never as markup. */

const SVG = "http://www.w3.org/2000/svg";

/** h("a", {href: "#", class: "btn", onclick: f}, "text", node, [nodes], null) */
export function h(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (["value", "checked", "disabled", "hidden", "selected"].includes(name)) made[name] = value;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  append(made, children);
  return made;
}

function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : String(child));
  }
}

export function icon(name, kind = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `ic ${kind}`.trim());
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** One line of a list of facts: icon, what, and a smaller second line. */
export function tick(name, kind, text, small = "") {
  return h("li", {}, icon(name, kind), h("span", {}, text), small ? h("small", {}, small) : null);
}

export function facts(rows) {
  const kept = rows.filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return h("dl", { class: "kv" }, kept.map(([term, value]) => [h("dt", {}, term), h("dd", {}, value)]));
}

export function section(title, ...children) {
  return h("section", { class: "sec" }, h("header", {}, h("h2", {}, title)), ...children);
}

export function bar(kind, ...children) {
  return h("div", { class: `alertbar ${kind}`, role: kind === "bad" ? "alert" : null }, h("div", {}, ...children));
}

export function field(label, control, hint = "") {
  return h("label", { class: "field" }, h("span", {}, label), control, hint ? h("small", { class: "faint" }, hint) : null);
}

/** Radio buttons under one legend; `kind` "seg" draws the large row of choices. */
export function choice(name, legend, options, chosen, { kind = "", hint = "" } = {}) {
  const one = ([value, label]) => {
    const input = h("input", { type: "radio", name, value, checked: value === chosen });
    return kind === "seg" ? h("label", {}, input, label) : h("label", { class: "opt" }, input, h("span", {}, label));
  };
  const head = h("legend", { class: kind === "seg" && !hint ? "vh" : null }, legend, hint ? h("span", { class: "hint" }, ` ${hint}`) : null);
  const body = options.map(one);
  return h("fieldset", { class: "field" }, head, kind === "seg" ? h("div", { class: "seg" }, body) : body);
}

/* the law counts in Chinese time, wherever the phone believes it is; Swedish writes 2026-03-05 09:14 */
const WORDS = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });

export function moment(iso) { return WORDS.format(new Date(iso)); }

export function clock(iso) { return moment(iso).slice(-5); }

export function today() { return WORDS.format(new Date()).slice(0, 10); }

export function size(bytes) {
  return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}
