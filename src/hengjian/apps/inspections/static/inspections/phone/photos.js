/* Photos: the original bytes are kept as the camera gave them; a small picture is drawn for the page. */

import { clock, h, icon, size } from "./dom.js";
import { LABELS, MARKS, photos } from "./overlay.js";
import { sha256 } from "./sealing.js";

export const MOST = 20 * 1048576;
const SMALL = 240;

/** Why a file is not taken, or nothing. */
export function refusal(file) {
  if (file.size > MOST) {
    return `照片“${file.name}”有 ${size(file.size)}，超过 20 MB，没有收下。请在相机设置里调低分辨率重拍；原照片请先留在手机相册里，不要删除。`;
  }
  if (!file.size) return `照片“${file.name}”是空的，没有收下。请重拍。`;
  return "";
}

/** The entry of one photo, hashed before anything else is done with it. */
export async function photoEntry(task, file, { item = "", caption = "", kind = "photo" } = {}) {
  const bytes = await file.arrayBuffer();
  const payload = { item_id: item, kind, caption, file_name: file.name || "photo.jpg", size: bytes.byteLength, sha256: await sha256(bytes) };
  return { task, kind: "photo", payload, local: { thumb: await thumbnail(file) }, file: { bytes, type: file.type } };
}

async function thumbnail(file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SMALL / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return canvas.toDataURL("image/jpeg", 0.7);
  } catch {
    return ""; // a kind of picture that this browser cannot draw; its bytes are kept all the same
  }
}

/** The row of pictures with the camera button; a chosen photo lies on the phone before it is shown. */
export function photoRow(app, task, entries, item, said) {
  const row = h("div", { class: "shots" });
  const paint = (all) => {
    const { mine, theirs } = photos(task, all, item);
    row.replaceChildren(
      ...mine.map((one) => figure(one.payload, one.local.thumb, one.state, one.made_at)),
      ...theirs.map((one) => figure(one, "", "accepted", one.at)),
      h("label", { class: "add" }, icon("cam"), "拍照", h("input", { type: "file", accept: "image/*", capture: "environment", multiple: true, class: "vh", onchange: take })),
    );
  };
  const take = async (event) => {
    const files = [...event.target.files];
    event.target.value = "";
    const refused = files.map(refusal).filter(Boolean);
    for (const file of files) if (!refusal(file)) await app.keep([await photoEntry(task.number, file, { item })]);
    paint(await app.store.entriesOf(task.number));
    said(refused);
  };
  paint(entries);
  return h("fieldset", { class: "field" }, h("legend", {}, "照片与文件", h("span", { class: "hint" }, " 拍摄即计算摘要值")), row);
}

function figure(photo, thumb, state, at) {
  const picture = thumb ? h("img", { src: thumb, alt: photo.caption || photo.file_name }) : h("div", { class: "nopic" }, icon("doc"));
  const [mark, kind] = MARKS[state];
  return h("figure", {}, picture, h("figcaption", {}, `${photo.caption || "照片"} ${clock(at)}`, h("span", { class: `st ${kind}` }, icon(mark, kind), state === "kept" ? "待传" : LABELS[state])));
}
