/* One task: what is next, the items, what was found, the reports, the record. */

import { bar, clock, facts, h, icon, moment, section, tick } from "./dom.js";
import { LABELS, MARKS, answers, findings, problemsOf, progress, record, stage, traces } from "./overlay.js";
import { page, stateLine } from "./shell.js";

export async function taskView(app, number) {
  const task = await app.store.task(number);
  if (!task) return null;
  const entries = await app.store.entriesOf(number);
  const at = stage(task, entries);
  const { done, all } = progress(task, entries);
  return page(app, {
    title: `现场检查：${task.institution.name}`,
    small: `${task.title} · ${task.officers.map((one) => one.name).join("、")}${task.experts.length ? ` · 专家 ${task.experts.join("、")}` : ""}`,
    back: "#/",
    progress: { done, all },
    body: [
      task.closed_at ? bar("", "这项任务已不在您的名下或者已经办结，不再更新；写过而未传的内容仍会上传。") : null,
      troubles(entries),
      next(task, at, done, all),
      itemList(task, entries, null),
      found(task, entries),
      reports(task, entries, at),
      visit(task, entries),
      h("p", {}, h("a", { class: "btn", href: `#/t/${number}/dossier` }, icon("book"), "一企一卷摘要")),
      stateLine(app),
    ],
  });
}

function troubles(entries) {
  const rows = problemsOf(entries);
  if (!rows.length) return null;
  return bar(rows.some((one) => one.state === "held") && rows.every((one) => one.state === "held") ? "warn" : "bad",
    h("b", {}, `${rows.length} 项要您看一看。`), h("a", { href: "#/sync" }, "查看"));
}

function next(task, at, done, all) {
  const to = (path, text) => h("p", { class: "go" }, h("a", { class: "btn primary whole", href: `#/t/${task.number}/${path}` }, text));
  if (["assigned", "notified"].includes(at)) return to("enter", "扫码入企");
  if (at === "entered") return to("begin", "亮证，开始检查");
  if (at === "record_closed") return bar("", h("b", {}, "笔录已闭合。"), "结果的提交与审核在电脑上的检查任务页办理。");
  return done >= all ? to("record", "写笔录，签字") : to(`i/${firstOpen(task)}`, done ? "继续填写检查项" : "从第一项开始");
}

function firstOpen(task) {
  const items = task.groups.flatMap((group) => group.items);
  return (items.find((item) => !task.answers[item.id]) || items[0]).id;
}

/** The items by group, each with its state; `now` is the one being written. */
export function itemList(task, entries, now) {
  const given = answers(task, entries);
  const marks = { ok: ["check", "ok"], problem: ["x", "bad"], na: ["minus", ""], unchecked: ["ring", ""] };
  const row = (item) => {
    const one = given.get(item.id);
    const [mark, kind] = item.id === now ? ["dot", "blue"] : one ? marks[one.answer] : ["ring", ""];
    const note = item.id === now ? "正在填写" : one && one.state !== "accepted" ? LABELS[one.state] : !one && item.hints.length ? "来自预警" : "";
    const tone = one && one.state !== "accepted" ? MARKS[one.state][1] : item.hints.length ? "warn" : "faint";
    return h("li", {}, h("a", { href: `#/t/${task.number}/i/${item.id}`, "aria-current": item.id === now ? "step" : null },
      icon(mark, kind), h("span", {}, `${item.short}　${item.text}`), h("small", { class: tone }, note)));
  };
  const { done, all } = progress(task, entries);
  return h("section", { class: "sec items", "aria-label": "检查事项" }, h("header", {}, h("h2", {}, "检查事项"), h("small", {}, `${done} / ${all}`)),
    task.groups.filter((group) => group.items.length).map((group) => [h("h3", { class: "grp" }, `${group.id.replace("CK-", "")}　${group.title}`), h("ul", {}, group.items.map(row))]));
}

function found(task, entries) {
  const rows = findings(task, entries);
  const words = Object.fromEntries([...task.choices.severities, ...task.choices.handlings]);
  return section("已发现", rows.length ? h("ul", { class: "ticks" }, rows.map((one) => tick(
    "x", "bad", `${(one.item_id || "").replace("CK-", "")} ${one.text}`,
    [words[one.severity], words[one.handling], one.limit_on ? `限 ${one.limit_on}` : "", one.article, one.state === "accepted" ? "" : LABELS[one.state]].filter(Boolean).join(" · ")))) : h("p", { class: "note" }, "还没有登记问题。"));
}

function reports(task, entries, at) {
  const rows = traces(task, entries);
  if (!rows.length && at !== "on_site") return null;
  const done = rows.filter((one) => one.steps.every((step) => one.answers[step.key])).length;
  return section("报告抽查", h("p", {}, h("a", { class: "btn", href: `#/t/${task.number}/reports` }, rows.length ? `抽中 ${rows.length} 份，已溯源 ${done} 份` : "抽取报告")));
}

function visit(task, entries) {
  const all = record(task, entries);
  const mine = entries.find((one) => one.kind === "enter" && one.state === "kept");
  return section("本次检查", facts([
    ["机构代码", h("span", { class: "mono" }, task.institution.uscc)],
    ["地址", task.institution.address],
    ["来源", task.origin_label],
    ["方式", task.kind_label],
    ...task.entries.map((one) => ["入企", `${one.by} ${moment(one.at)}，${one.method}`]),
    ["入企", mine ? `${moment(mine.made_at)}，${LABELS.kept}` : ""],
    ["陪同", [all.present_name, all.present_role].filter(Boolean).join("，")],
    ["回避", all.recusal_asked ? `已告知，${all.recusal_answer || "不申请"}` : ""],
    ["检查次数", task.visits],
  ]), h("p", { class: "note" }, `任务内容下载于 ${clock(task.fetched_at)}`));
}
