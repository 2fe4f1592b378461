/* My tasks, as they lie on the phone. */

import { h, icon, moment, today } from "./dom.js";
import { progress, stage } from "./overlay.js";
import { page, stateLine } from "./shell.js";

const STAGES = { assigned: "待检查", notified: "已通知", entered: "已入企", on_site: "检查中", record_closed: "笔录已闭合" };

export async function listView(app) {
  const tasks = (await app.store.tasks()).sort((a, b) => a.planned_on.localeCompare(b.planned_on));
  const rows = await Promise.all(tasks.map(async (task) => card(app, task, await app.store.entriesOf(task.number))));
  const open = rows.filter((row, place) => !tasks[place].closed_at);
  const ended = rows.filter((row, place) => tasks[place].closed_at);
  return page(app, {
    title: "现场检查",
    small: `${app.person.name} · ${app.person.organ}`,
    back: "/",
    body: [
      open.length ? h("ul", { class: "tasks" }, open) : nothing(app),
      ended.length ? h("section", { class: "sec" }, h("header", {}, h("h2", {}, "已办结，几天后从手机删除")), h("ul", { class: "tasks" }, ended)) : null,
      stateLine(app),
      h("p", { class: "btns" },
        h("button", { type: "button", class: "btn", onclick: () => app.sync() }, icon("sync"), "立即同步"),
        h("button", { type: "button", class: "btn", onclick: () => app.leave() }, "退出登录")),
    ],
  });
}

function nothing(app) {
  const text = app.status.syncedAt ? "现在没有交给您的检查任务。科长交办以后，联网打开本页就会下载到手机。" : "还没有下载过任务。请在有网络的地方打开本页一次。";
  return h("div", { class: "empty" }, h("p", {}, text));
}

function card(app, task, entries) {
  const { done, all } = progress(task, entries);
  const waiting = entries.filter((one) => one.state === "kept").length;
  const late = task.planned_on < today() && !task.closed_at;
  return h("li", {}, h("a", { href: `#/t/${encodeURIComponent(task.number)}` },
    h("b", {}, task.institution.name),
    h("span", {}, `${task.title} · ${task.number}`),
    h("small", {}, h("span", { class: late ? "bad" : "" }, `计划 ${task.planned_on}`), ` · ${STAGES[stage(task, entries)] || task.state_label} · 检查项 ${done} / ${all}`, waiting ? ` · 待传 ${waiting}` : ""),
    h("small", { class: "faint" }, `下载于 ${moment(task.fetched_at)}，可离线填写`)));
}
