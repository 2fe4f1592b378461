/* The record of inspection: what was found in words, the statement, the signature or why there is none. */

import { bar, choice, field, h } from "./dom.js";
import { bind, read } from "./drafts.js";
import { answers, findings, progress, record, stage } from "./overlay.js";
import { photoEntry } from "./photos.js";
import { page, stateLine } from "./shell.js";
import { signaturePad } from "./signature.js";

export async function recordView(app, number) {
  const task = await app.store.task(number);
  if (!task) return null;
  const entries = await app.store.entriesOf(number);
  const all = record(task, entries);
  const closed = stage(task, entries) === "record_closed";
  const open = unanswered(task, entries);
  const said = h("div", { role: "alert" });
  const pad = signaturePad("当事人签名");
  const form = h("form", { id: "record", novalidate: true, autocomplete: "off" }, said,
    open.length ? bar("warn", h("b", {}, `还有 ${open.length} 项没有结论：`), open.slice(0, 6).map((item) => [" ", h("a", { href: `#/t/${number}/i/${item.id}` }, item.short)]), open.length > 6 ? " 等" : "", "。闭合以后不能再填。") : null,
    bar("", "闭合以后，另一名执法人员手机上还没有上传的内容不能再写入。请先确认对方已同步。"),
    field("检查情况", h("textarea", { class: "in", name: "facts_found", rows: 8, value: all.facts_found || draftOf(task, entries) }), "按发现的问题先拟了一稿，请改成现场实际情况"),
    field("被检查人陈述", h("textarea", { class: "in", name: "statement", rows: 3, value: all.statement || "" }), "没有陈述的，写“无”"),
    choice("signing", "签字", [["signed", "当事人签字"], ["refused", "拒绝签字"], ["absent", "无法签字"]], all.signing || "signed"),
    h("div", { "data-signed": true }, pad.node),
    h("div", { "data-unsigned": true },
      field("原因", h("input", { class: "in", name: "refusal_reason", maxlength: 300 })),
      field("见证人", h("input", { class: "in", name: "witness_name", maxlength: 60 })),
      field("见证人单位、职务", h("input", { class: "in", name: "witness_role", maxlength: 120 }))));
  const kept = await bind(app.store, `${number}|record`, form);
  const paint = () => {
    const signed = read(form).signing === "signed";
    form.querySelector("[data-signed]").hidden = !signed;
    form.querySelector("[data-unsigned]").hidden = signed;
  };
  form.addEventListener("change", paint);
  paint();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const close = event.submitter && event.submitter.value === "close";
    const wrong = close ? complaint(read(form), pad) : "";
    if (wrong) { said.replaceChildren(bar("bad", wrong)); said.scrollIntoView({ block: "center" }); return; }
    kept.stop();
    await app.keep(await made(task, all, read(form), pad, close), { draft: `${number}|record` });
    app.go(`#/t/${number}`);
  });
  const save = h("button", { type: "submit", class: "btn", form: "record", value: "keep" }, "先存着");
  const end = h("button", { type: "submit", class: "btn primary", form: "record", value: "close" }, "存本机，闭合笔录");
  return page(app, {
    title: "现场检查笔录", small: task.institution.name, back: `#/t/${number}`, progress: progress(task, entries),
    body: closed ? [bar("", "笔录已闭合，不能再改。"), stateLine(app)] : [form, stateLine(app)],
    dock: closed ? null : [save, end],
  });
}

function unanswered(task, entries) {
  const given = answers(task, entries);
  return task.groups.flatMap((group) => group.items).filter((item) => !given.has(item.id));
}

function draftOf(task, entries) {
  const rows = findings(task, entries);
  const { done, all } = progress(task, entries);
  const head = `按检查清单检查 ${done} 项（共 ${all} 项）。`;
  return rows.length ? `${head}发现问题 ${rows.length} 个：\n${rows.map((one, place) => `${place + 1}. ${one.text}`).join("\n")}` : `${head}未发现问题。`;
}

function complaint(values, pad) {
  if (!values.facts_found) return "请写明检查情况。";
  if (values.signing === "signed") return pad.isEmpty() ? "请当事人签名；拒绝或者无法签字的，选对应的一项并写明原因和见证人。" : "";
  if (!values.refusal_reason) return "请写明拒绝签字或者无法签字的原因。";
  return values.witness_name ? "" : "拒绝签字或者无法签字的，须有见证人签名：请填见证人姓名。";
}

async function made(task, all, values, pad, close) {
  const { facts_found, statement, signing } = values;
  const unsigned = signing !== "signed";
  const why = (name) => (unsigned ? values[name] : "");
  const payload = { facts_found, statement };
  if (close) Object.assign(payload, { signing, refusal_reason: why("refusal_reason"), witness_name: why("witness_name"), witness_role: why("witness_role") });
  const words = { task: task.number, kind: "statement", base_version: all.version || 0, payload };
  if (!close) return [words];
  const ending = { task: task.number, kind: "close", payload: {} };
  if (unsigned) return [words, ending];
  return [words, await photoEntry(task.number, await pad.file(), { kind: "signature", caption: "当事人签名" }), ending];
}
