/* Coming in: the code of the place is read or typed, time and position are noted; then the cards are shown. */

import { bar, choice, facts, field, h, icon } from "./dom.js";
import { bind, read } from "./drafts.js";
import { record } from "./overlay.js";
import { canScan, position, scan } from "./scanning.js";
import { page, stateLine } from "./shell.js";

export async function enterView(app, number) {
  const task = await app.store.task(number);
  if (!task) return null;
  const said = h("div", { role: "alert" });
  const camera = h("div", { class: "camera" });
  const code = h("input", { class: "in mono", name: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
  const note = h("input", { class: "in", name: "note", maxlength: 300 });
  const other = task.officers.find((one) => one.id !== app.person.id) || { name: "" };
  let scanned = false;
  const look = async () => {
    said.replaceChildren();
    try {
      const text = await scan(camera);
      if (text) { code.value = text; scanned = true; await keep(); }
    } catch {
      said.replaceChildren(bar("warn", "打不开相机。请在浏览器设置里允许使用相机，或者在下面手工输入。"));
    }
  };
  const keep = async () => {
    const read = reading(code.value, task);
    if (!read.ok) { said.replaceChildren(bar("bad", read.sentence)); return; }
    said.replaceChildren(bar("", "正在取定位，最多 6 秒…"));
    const where = await position();
    const mine = { method: scanned ? read.method : "typed", code: code.value.trim(), note: note.value.trim(), ...where };
    const both = form.elements.both.checked;
    if (both && !mine.note) { said.replaceChildren(bar("bad", `替${other.name}登记的，请在说明里写明原因，例如：同行，手机没电。`)); return; }
    const made = [{ task: number, kind: "enter", payload: mine }];
    if (both) made.push({ task: number, kind: "enter", payload: { ...mine, method: "typed", code: number, officer: other.id } });
    await app.keep(made);
    app.go(`#/t/${number}/begin`);
  };
  code.addEventListener("input", () => { scanned = false; });
  const form = h("form", { id: "enter", novalidate: true, onsubmit: (event) => { event.preventDefault(); keep(); } }, said,
    facts([["机构", task.institution.name], ["地址", task.institution.address], ["检查次数", task.visits]]),
    h("h2", { class: "item" }, "扫机构或者任务的二维码"),
    canScan() ? h("p", {}, h("button", { type: "button", class: "btn whole", onclick: look }, icon("qr"), "打开相机扫码")) : bar("", "这个浏览器不能扫码，请手工输入机构代码或者检查编号。"),
    camera,
    field("机构代码或检查编号", code, "18 位统一社会信用代码，或者本次检查编号"),
    h("label", { class: "opt" }, h("input", { type: "checkbox", name: "both" }), h("span", {}, `同时为${other.name}登记（两人同行，对方不用自己的手机）`)),
    field("说明", note, "没有扫码或者替同事登记的，写明原因"));
  return page(app, {
    title: "扫码入企", small: task.institution.name, back: `#/t/${number}`, body: [form, stateLine(app)],
    dock: h("button", { type: "submit", class: "btn primary", form: "enter" }, "登记入企"),
  });
}

/** Whether the code belongs to this place; a signed code is checked by the server at sync. */
export function reading(text, task) {
  const code = text.trim();
  if (!code) return { ok: false, sentence: "请扫码，或者输入机构代码、检查编号。" };
  const token = code.match(/([it])\.([^~/?#]+)~/);
  const name = token ? decodeURIComponent(token[2]) : code.toUpperCase();
  if (name === task.number.toUpperCase()) return { ok: true, method: "task" };
  if (name === task.institution.uscc) return { ok: true, method: "institution" };
  return { ok: false, sentence: `“${name.slice(0, 40)}”不是本次检查的机构或任务。请核对：机构代码 ${task.institution.uscc}，检查编号 ${task.number}。` };
}

export async function beginView(app, number) {
  const task = await app.store.task(number);
  if (!task) return null;
  const all = record(task, await app.store.entriesOf(number));
  const said = h("div", { role: "alert" });
  const tickBox = (name, text) => h("label", { class: "opt" }, h("input", { type: "checkbox", name, checked: Boolean(all[name]) }), h("span", {}, text));
  const form = h("form", { id: "begin", novalidate: true, autocomplete: "off" }, said,
    facts([["执法人员", task.officers.map((one) => `${one.name}（${one.card || "执法证号未登记"}）`).join("；")]]),
    tickBox("cards_shown", "两名执法人员已出示执法证件"),
    tickBox("recusal_asked", "已告知当事人有权申请回避"),
    choice("recusal", "是否申请回避", [["no", "不申请"], ["yes", "申请"]], "no"),
    field("申请回避的理由", h("input", { class: "in", name: "recusal_reason", maxlength: 180 }), "申请的，写明对象和理由"),
    field("现场陪同人员", h("input", { class: "in", name: "present_name", maxlength: 60, value: all.present_name || "" })),
    field("职务", h("input", { class: "in", name: "present_role", maxlength: 60, value: all.present_role || "" })));
  const kept = await bind(app.store, `${number}|begin`, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = read(form);
    const wrong = !values.cards_shown ? "未出示执法证件不能开始检查，当事人有权拒绝。"
      : !values.recusal_asked ? "请先告知当事人有权申请回避。"
      : values.recusal === "yes" && !values.recusal_reason ? "当事人申请回避的，请写明对象和理由。"
      : !values.present_name ? "请填写现场陪同人员的姓名。" : "";
    if (wrong) { said.replaceChildren(bar("bad", wrong)); said.scrollIntoView({ block: "center" }); return; }
    kept.stop();
    const { cards_shown, recusal_asked, present_name, present_role } = values;
    const recusal_answer = values.recusal === "yes" ? `申请：${values.recusal_reason}` : "不申请";
    await app.keep([{ task: number, kind: "begin", payload: { cards_shown, recusal_asked, recusal_answer, present_name, present_role } }], { draft: `${number}|begin` });
    app.go(`#/t/${number}`);
  });
  return page(app, {
    title: "亮证，开始检查", small: task.institution.name, back: `#/t/${number}`, body: [form, stateLine(app)],
    dock: h("button", { type: "submit", class: "btn primary", form: "begin" }, "开始检查"),
  });
}
