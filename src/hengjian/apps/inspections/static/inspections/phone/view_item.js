/* One item of the checklist: the answer, what was seen, the problem if there is one, photos. */

import { bar, choice, facts, field, h, today } from "./dom.js";
import { bind, read } from "./drafts.js";
import { LABELS, answers, findings, progress, stage } from "./overlay.js";
import { photoRow } from "./photos.js";
import { page, stateLine } from "./shell.js";
import { itemList } from "./view_task.js";

export async function itemView(app, number, id) {
  const task = await app.store.task(number);
  const items = task ? task.groups.flatMap((group) => group.items) : [];
  const place = items.findIndex((one) => one.id === id);
  if (place < 0) return null;
  const entries = await app.store.entriesOf(number);
  const item = items[place];
  const given = answers(task, entries).get(id);
  const known = findings(task, entries).filter((one) => one.item_id === id);
  const said = h("div", { role: "alert" });
  const form = itemForm(app, task, item, given, known, entries, said);
  const kept = await bind(app.store, `${number}|item-${id}`, form);
  adapt(form);
  const at = stage(task, entries);
  const after = items[place + 1];
  const before = items[place - 1];
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await save(app, task, item, given, form, said, kept, after);
  });
  return page(app, {
    title: `现场检查：${task.institution.name}`,
    small: `${task.title} · ${task.officers.map((one) => one.name).join("、")}`,
    back: `#/t/${number}`,
    progress: progress(task, entries),
    body: [
      h("details", { class: "more all" }, h("summary", {}, `事项 ${item.short}，第 ${place + 1} 项，共 ${items.length} 项　看全部`), itemList(task, entries, id)),
      h("h2", { class: "item" }, item.text), h("p", { class: "note" }, item.how),
      when(at), standing(given), form, stateLine(app),
    ],
    dock: [
      before ? h("a", { class: "btn", href: `#/t/${number}/i/${before.id}` }, "上一项") : h("a", { class: "btn", href: `#/t/${number}` }, "回任务"),
      at === "record_closed" ? (after ? h("a", { class: "btn", href: `#/t/${number}/i/${after.id}` }, "下一项") : null)
        : h("button", { type: "submit", class: "btn primary", form: form.id }, after ? "存本机，下一项" : "存本机，回任务"),
    ],
  });
}

/** Before the cards are shown nothing of it is taken in; after the record is closed nothing more. */
function when(at) {
  if (at === "record_closed") return bar("", "笔录已闭合，检查项不能再改。");
  return at === "on_site" ? null : bar("warn", "还没有亮证开始。现在写的先存在手机上，亮证以后才会收下。");
}

function standing(given) {
  if (!given || given.state === "accepted" || given.state === "kept") return null;
  return bar(given.state === "held" ? "warn" : "bad", h("b", {}, `${LABELS[given.state]}。`), given.sentence || "", " ", h("a", { href: "#/sync" }, "去处理"));
}

function itemForm(app, task, item, given, known, entries, said) {
  const start = given || { answer: "", note: "" };
  return h("form", { id: "item", novalidate: true, autocomplete: "off" },
    said,
    choice("answer", "结论", task.choices.answers.filter(([key]) => key !== "unchecked"), start.answer, { kind: "seg" }),
    item.hints.length ? h("div", { class: "box" }, h("h3", {}, "系统记录 ", h("span", { class: "tag ok" }, "已下载到本机")), item.hints.map((one) => facts(one))) : null,
    field("现场看到", h("textarea", { class: "in", name: "note", rows: 3, value: start.note })),
    problem(task, item, known),
    photoRow(app, task, entries, item.id, (sentences) => said.replaceChildren(...sentences.map((one) => bar("bad", one)))),
    law(item));
}

function law(item) {
  const rows = [...item.articles.map((one) => h("li", {}, one)), ...item.standards.map((one) => h("li", {}, one, h("span", { class: "faint" }, "（推荐性标准，不作处罚依据）")))];
  return rows.length ? h("div", { class: "alertbar" }, h("div", {}, h("b", {}, "检查依据"), h("ul", { class: "plain" }, rows), h("span", { class: "faint" }, "条文按检查日取，已存本机"))) : null;
}

function problem(task, item, known) {
  const options = [["", "不归入列出的情形"], ...item.violations.map((one) => [one.id, one.title])];
  return h("div", { "data-problem": true },
    known.length ? h("div", { class: "alertbar warn" }, h("div", {}, h("b", {}, "这一项已登记问题"), known.map((one) => h("div", {}, one.text)))) : null,
    h("label", { class: "opt" }, h("input", { type: "checkbox", name: "register", checked: !known.length }), h("span", {}, known.length ? "再登记一个问题" : "登记为问题，进入整改台账")),
    h("div", { "data-finding": true },
      field("对应情形", h("select", { class: "in", name: "violation_id" }, options.map(([key, label]) => h("option", { value: key }, label)))),
      h("div", { class: "alertbar", "data-article": true, hidden: true }),
      field("行为发生日", h("input", { class: "in", type: "date", name: "conduct_on", max: today(), value: today() }), "条款按这一天的法律取"),
      choice("effect", "结果有无影响", task.choices.effects, "", { hint: "认定不实报告的要件" }),
      choice("severity", "程度", task.choices.severities, "general"),
      choice("handling", "处理", task.choices.handlings, "order"),
      field("整改期限", h("input", { class: "in", type: "date", name: "limit_on" }), "责令限期改正的必填；到期自动提醒复查"),
      h("input", { type: "hidden", name: "titles", value: JSON.stringify(Object.fromEntries(item.violations.map((one) => [one.id, one.article]))) })));
}

/** Show what the answers so far ask for. */
function adapt(form) {
  const paint = () => {
    const values = read(form);
    const bad = values.answer === "problem";
    form.querySelector("[data-problem]").hidden = !bad;
    form.querySelector("[data-finding]").hidden = !bad || !values.register;
    const article = JSON.parse(values.titles)[values.violation_id] || "";
    const place = form.querySelector("[data-article]");
    place.hidden = !article;
    place.replaceChildren(h("div", {}, h("b", {}, "对应条文　"), article));
  };
  form.addEventListener("change", paint);
  paint();
}

async function save(app, task, item, given, form, said, kept, after) {
  const values = read(form);
  const wrong = complaint(values);
  if (wrong) { said.replaceChildren(bar("bad", wrong)); said.scrollIntoView({ block: "center" }); return; }
  const made = [{ task: task.number, kind: "answer", base_version: given ? given.version : 0, payload: { item_id: item.id, answer: values.answer, note: values.note } }];
  if (values.answer === "problem" && values.register) {
    const { violation_id = "", conduct_on, effect = "", severity, handling, limit_on } = values;
    made.push({ task: task.number, kind: "finding", payload: { item_id: item.id, violation_id, conduct_on, text: values.note, effect, severity, handling, limit_on: handling === "order" ? limit_on : "" } });
  }
  kept.stop();
  const same = given && given.answer === values.answer && given.note === values.note;
  await app.keep(same ? made.slice(1) : made, { draft: `${task.number}|item-${item.id}` });
  app.go(after ? `#/t/${task.number}/i/${after.id}` : `#/t/${task.number}`);
}

function complaint(values) {
  if (!values.answer) return "先选结论：符合、不符合或者不适用。";
  if (values.answer !== "problem") return "";
  if (!values.note) return "选了“不符合”，请写明现场看到了什么。";
  if (!values.register) return "";
  if (!values.conduct_on) return "请填行为发生日，条款按这一天的法律取。";
  if (values.handling === "order" && !values.limit_on) return "责令限期改正的，请填整改期限。";
  return "";
}
