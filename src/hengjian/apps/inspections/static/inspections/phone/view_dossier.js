/* The extract of the dossier that came with the task. */

import { facts, h, moment, section } from "./dom.js";
import { page } from "./shell.js";

export async function dossierView(app, number) {
  const task = await app.store.task(number);
  if (!task) return null;
  const list = (rows) => (rows.length ? h("ul", { class: "ticks flat" }, rows.map(([text, small]) => h("li", {}, h("span", {}, text), small ? h("small", {}, small) : null))) : h("p", { class: "note" }, "没有登记。"));
  const { dossier } = task;
  return page(app, {
    title: "一企一卷摘要", small: task.institution.name, back: `#/t/${number}`,
    body: [
      h("p", { class: "note" }, `数据截至 ${moment(task.fetched_at)}，只含本次检查需要的内容。`),
      section("概况", facts(dossier.facts)),
      section("资质认定证书", list(dossier.certificates)),
      section("场所", list(dossier.sites)),
      section("关键人员", list(dossier.people)),
      section("仪器与检定", list(dossier.instruments)),
      section("已确认的预警", list(dossier.alerts)),
    ],
  });
}
