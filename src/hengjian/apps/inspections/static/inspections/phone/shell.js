/* The frame of every page: the head with where one is and how it stands with the server, and the dock. */

import { clock, h, icon } from "./dom.js";

export function page(app, { title, small = "", back = null, progress = null, body, dock = null, main = "" }) {
  const badge = h("a", { class: "off", href: "#/sync", "data-badge": true });
  const top = h("header", { class: "site-top" },
    h("div", {},
      back === null ? null : h("a", { class: "back", href: back, "aria-label": "返回" }, icon("lt")),
      h("div", {}, h("h1", { tabindex: "-1" }, title), small ? h("small", {}, small) : null), badge),
    progress ? bar(progress) : null);
  const made = h("div", { class: `phone ${main}` }, top,
    h("main", { id: "main", class: "site" }, notices(app), body),
    dock ? h("div", { class: "dock" }, h("div", {}, dock)) : null);
  paintBadge(app, badge);
  return made;
}

function bar({ done, all }) {
  const inner = h("i");
  inner.style.width = `${all ? Math.round((100 * done) / all) : 0}%`;
  return h("div", { class: "prog", role: "progressbar", "aria-label": "已完成", "aria-valuenow": done, "aria-valuemin": 0, "aria-valuemax": all }, inner);
}

/** The one line on how it stands: nothing waits, so many wait, in conflict, signed out. */
export function paintBadge(app, badge) {
  const { waiting, troubles, offline, signedOut, busy } = app.status;
  const said = troubles ? ["warn", "bad", `有冲突 · ${troubles}`]
    : busy ? ["sync", "blue", waiting ? `同步中 · ${waiting}` : "同步中"]
    : offline ? ["off", "warn", waiting ? `离线 · ${waiting}` : "离线"]
    : signedOut ? ["lock", "warn", waiting ? `须登录 · ${waiting}` : "须登录"]
    : waiting ? ["sync", "warn", `待传 · ${waiting}`] : ["check", "ok", "已同步"];
  badge.className = `off ${said[1]}`;
  badge.replaceChildren(icon(said[0]), said[2]);
  badge.setAttribute("aria-label", `同步情况：${said[2]}`);
}

function notices(app) {
  const found = [];
  if (app.status.signedOut) {
    found.push(h("div", { class: "alertbar warn", role: "status" }, h("div", {}, h("b", {}, "登录已过期。"), "手机上的内容都还在，可以继续填写；重新登录后自动上传。 ",
      h("a", { href: "/sign-in/?next=/inspections/phone/" }, "重新登录"))));
  }
  if (app.status.sentence) found.push(h("div", { class: "alertbar bad", role: "alert" }, h("div", {}, app.status.sentence)));
  return h("div", { "data-notices": true }, found);
}

export function repaint(app) {
  for (const badge of document.querySelectorAll("[data-badge]")) paintBadge(app, badge);
  const place = document.querySelector("[data-notices]");
  if (place) place.replaceWith(notices(app));
  const line = document.querySelector("[data-line]");
  if (line) line.replaceWith(stateLine(app));
}

/** Under a form: where what was written lies now. */
export function stateLine(app) {
  const { waiting, offline, signedOut, syncedAt } = app.status;
  const where = offline ? "没有网络，恢复后自动上传" : signedOut ? "重新登录后自动上传" : "正在上传";
  const text = waiting ? `已保存在手机，${waiting} 项待传；${where}。` : syncedAt ? `已同步，最后 ${clock(syncedAt)}。` : "还没有同步过。";
  return h("p", { class: "note state", role: "status", "data-line": true }, icon(waiting ? "off" : "check", waiting ? "warn" : "ok"), ` ${text}`);
}
