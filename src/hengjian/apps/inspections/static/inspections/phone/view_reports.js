/* The drawn reports, each traced to record, sample, instrument, calibration and person. */

import { bar, choice, facts, field, h, icon } from "./dom.js";
import { bind, read } from "./drafts.js";
import { LABELS, MARKS, progress, stage, traces } from "./overlay.js";
import { photoRow } from "./photos.js";
import { page, stateLine } from "./shell.js";

export async function reportsView(app, number) {
  const task = await app.store.task(number);
  if (!task) return null;
  const entries = await app.store.entriesOf(number);
  const row = (one) => {
    const answered = one.steps.filter((step) => one.answers[step.key]).length;
    const [mark, kind] = one.state ? MARKS[one.state] : ["ring", ""];
    const doubts = one.steps.filter((step) => step.state !== "found").length;
    return h("li", {}, h("a", { href: `#/t/${number}/r/${encodeURIComponent(one.id)}` }, icon(mark, kind),
      h("span", {}, h("b", { class: "mono" }, one.report_no), h("br"), `签发 ${one.issued_on || "未登记"}`, doubts ? h("span", { class: "warn" }, ` · 待核 ${doubts} 步`) : ""),
      h("small", { class: kind || "faint" }, one.state && one.state !== "accepted" ? LABELS[one.state] : `${answered} / ${one.steps.length}`)));
  };
  const rows = traces(task, entries);
  return page(app, {
    title: "报告抽查", small: `${task.institution.name} · 抽中 ${rows.length} 份`, back: `#/t/${number}`, progress: progress(task, entries),
    body: [rows.length ? h("ul", { class: "items" }, rows.map(row)) : null, stage(task, entries) === "on_site" ? drawing(app, task, entries, rows.length) : null, stateLine(app)],
  });
}

/** Asking for a draw; the server freezes the list and draws, so the reports come with the next sync. */
function drawing(app, task, entries, drawn) {
  const asked = entries.find((one) => one.kind === "sample" && one.state === "kept");
  if (asked) return bar("", "已请求抽取。抽取由服务器冻结名单后进行，联网同步后抽中的报告会出现在这里，之后可离线溯源。", asked.sentence ? h("div", {}, asked.sentence) : null);
  const size = h("input", { class: "in", type: "number", name: "size", min: 1, max: 50, value: 5, inputmode: "numeric" });
  const ask = async (event) => {
    event.preventDefault();
    await app.keep([{ task: task.number, kind: "sample", payload: { size: Number(size.value) || 5 } }]);
    await app.refresh();
  };
  return h("form", { onsubmit: ask, novalidate: true }, h("h2", { class: "item" }, drawn ? "再抽几份" : "抽取报告"),
    field("份数", size, "名单和种子留痕，每份的入选概率可以复算"), h("p", {}, h("button", { class: "btn", type: "submit" }, "请求抽取")));
}

export async function traceView(app, number, id) {
  const task = await app.store.task(number);
  if (!task) return null;
  const entries = await app.store.entriesOf(number);
  const report = traces(task, entries).find((one) => one.id === id);
  if (!report) return null;
  const said = h("div", { role: "alert" });
  const form = h("form", { id: "trace", novalidate: true, autocomplete: "off" }, said,
    facts([["报告编号", h("span", { class: "mono" }, report.report_no)], ["签发", report.issued_on], ["入选概率", report.pi], ["随机数", h("span", { class: "mono small" }, report.ticket.slice(0, 16))]]),
    report.steps.map((step) => stepBox(task, report, step)),
    photoRow(app, task, entries, "", (sentences) => said.replaceChildren(...sentences.map((one) => bar("bad", one)))));
  const kept = await bind(app.store, `${number}|trace-${id}`, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const made = changed(task, report, read(form));
    const wordless = made.find((one) => one.payload.answer === "problem" && !one.payload.note);
    const wrong = wordless ? `“${report.steps.find((step) => step.key === wordless.payload.step).label}”选了现场不符，请写明现场看到了什么。` : made.length ? "" : "还没有选任何一步的结论。";
    if (wrong) { said.replaceChildren(bar("bad", wrong)); said.scrollIntoView({ block: "center" }); return; }
    kept.stop();
    await app.keep(made, { draft: `${number}|trace-${id}` });
    app.go(`#/t/${number}/reports`);
  });
  return page(app, {
    title: `溯源 ${report.report_no}`, small: task.institution.name, back: `#/t/${number}/reports`, progress: progress(task, entries),
    body: [form, stateLine(app)],
    dock: stage(task, entries) === "on_site" ? h("button", { type: "submit", class: "btn primary", form: "trace" }, "存本机，回清单") : h("a", { class: "btn", href: `#/t/${number}/reports` }, "回清单"),
  });
}

const TONES = { found: "ok", missing: "warn", contradiction: "bad" };

function stepBox(task, report, step) {
  const now = report.answers[step.key] || {};
  return h("div", { class: "box step" }, h("h3", {}, step.label, " ", h("span", { class: `tag ${TONES[step.state]}` }, `系统：${step.state_label}`)),
    h("p", {}, step.text), step.rows.length ? h("ul", { class: "plain" }, step.rows.map((row) => h("li", {}, row))) : null,
    choice(`${step.key}_answer`, `${step.label}的现场结论`, task.choices.traces, now.answer || "", { kind: "seg" }),
    field("现场看到", h("input", { class: "in", name: `${step.key}_note`, maxlength: 300, value: now.note || "" })));
}

function changed(task, report, values) {
  const made = [];
  for (const step of report.steps) {
    const answer = values[`${step.key}_answer`];
    const note = values[`${step.key}_note`] || "";
    const now = report.answers[step.key] || {};
    if (answer && (answer !== now.answer || note !== (now.note || ""))) made.push({ task: task.number, kind: "trace", payload: { report_id: report.id, step: step.key, answer, note } });
  }
  return made;
}
