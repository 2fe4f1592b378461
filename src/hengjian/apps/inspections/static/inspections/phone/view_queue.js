/* What waits, what conflicts, what was refused, what a chief has to take over; nothing disappears unseen. */

import { bar, field, h, icon, moment, section, size } from "./dom.js";
import { LABELS, MARKS } from "./overlay.js";
import { page, stateLine } from "./shell.js";

const KINDS = {
  enter: "入企登记", begin: "亮证", answer: "检查项", finding: "问题", photo: "照片", statement: "笔录", close: "闭合笔录", sample: "抽取报告", trace: "报告溯源", choose: "冲突的选择",
};

export async function queueView(app) {
  const rows = await Promise.all((await app.store.rows()).map((row) => app.store.opened(row)));
  const of = (...states) => rows.filter((row) => states.includes(row.state));
  const conflicts = (await app.store.tasks()).flatMap((task) => task.conflicts.map((one) => ({ ...one, task })));
  const chosen = new Set(rows.filter((row) => row.kind === "choose" && row.state !== "refused").map((row) => row.payload.conflict));
  const open = conflicts.filter((one) => !chosen.has(one.uuid));
  const waiting = of("kept");
  const refused = of("refused");
  const held = of("held");
  const settled = of("accepted");
  const bytes = waiting.reduce((sum, row) => sum + row.size, 0);
  return page(app, {
    title: "同步", small: app.person.name, back: "#/",
    body: [
      stateLine(app),
      h("p", { class: "btns" }, h("button", { type: "button", class: "btn primary", onclick: () => app.sync() }, icon("sync"), "立即同步")),
      open.length ? section("有冲突", open.map((one) => conflict(app, one))) : null,
      refused.length ? section("被退回", h("ul", { class: "ticks" }, refused.map((row) => returned(app, row)))) : null,
      held.length ? section("已交科长认领", h("ul", { class: "ticks" }, held.map((row) => line(row, row.sentence)))) : null,
      section(`待传 ${waiting.length} 项${bytes ? `，${size(bytes)}` : ""}`, waiting.length ? h("ul", { class: "ticks" }, waiting.map((row) => line(row, row.sentence))) : h("p", { class: "note" }, "没有待传的内容。")),
      settled.length ? section("已同步", h("ul", { class: "ticks" }, settled.slice(-20).reverse().map((row) => line(row, row.sentence)))) : null,
    ],
  });
}

function title(row) {
  const what = (row.payload.item_id || "").replace("CK-", "");
  return `${KINDS[row.kind] || row.kind}${what ? ` ${what}` : ""} · ${row.task}`;
}

function line(row, sentence = "") {
  const [mark, kind] = MARKS[row.state];
  const parts = [moment(row.made_at), row.size ? size(row.size) : "", LABELS[row.state], sentence];
  return h("li", {}, icon(mark, kind), h("span", {}, title(row)), h("small", {}, parts.filter(Boolean).join(" · ")));
}

function returned(app, row) {
  const away = async () => {
    if (!window.confirm("这一项服务器没有收下，删除后手机上也没有了。确定删除？")) return;
    await app.store.giveUp(row.uuid);
    await app.refresh();
  };
  const text = row.payload.note || row.payload.text || row.payload.facts_found || "";
  return h("li", {}, icon("x", "bad"), h("span", {}, title(row)), h("small", {}, h("b", {}, row.sentence), text ? h("div", {}, `写的是：${text}`) : null,
    h("span", { class: "btns" }, h("button", { type: "button", class: "btn sm", onclick: () => app.again(row.uuid) }, "再传一次"), h("button", { type: "button", class: "btn sm", onclick: away }, "删除"))));
}

function conflict(app, one) {
  const reason = h("input", { class: "in", name: "reason", maxlength: 200 });
  const said = h("div", { role: "alert" });
  const choose = async (keep) => {
    if (!reason.value.trim()) { said.replaceChildren(bar("bad", "请写明为什么取这一种。")); return; }
    await app.keep([{ task: one.task.number, kind: "choose", payload: { conflict: one.uuid, keep, reason: reason.value.trim() } }]);
    await app.refresh();
  };
  const side = (label, each) => h("div", { class: "box version" }, h("h3", {}, label), h("p", {}, h("b", {}, each.words)), each.note ? h("p", {}, each.note) : null,
    h("p", { class: "note" }, `${each.by} ${moment(each.at)}`));
  const take = (each, keep) => h("button", { type: "button", class: "btn", onclick: () => choose(keep) }, `取${each.by}的`);
  return h("div", { class: "conflict" }, h("h3", {}, one.title), h("p", { class: "note" }, "两名执法人员对同一项写得不一样，两种都已保存，请共同核对后选一种。"),
    h("div", { class: "sides" }, side("先到的", one.standing), side("后到的", one.arrived)), field("理由", reason), said,
    h("div", { class: "sides" }, take(one.standing, "standing"), take(one.arrived, "arrived")));
}
