/* The phone page: who is here, which page is shown, when to synchronise. */

import { farewell, personHere, welcome } from "./device.js";
import { bar, h } from "./dom.js";
import { Offline, Said, SignedOut, get, post } from "./net.js";
import { repaint } from "./shell.js";
import { openStore } from "./store.js";
import { synchronise } from "./syncing.js";
import { dossierView } from "./view_dossier.js";
import { beginView, enterView } from "./view_entry.js";
import { itemView } from "./view_item.js";
import { listView } from "./view_list.js";
import { queueView } from "./view_queue.js";
import { recordView } from "./view_record.js";
import { reportsView, traceView } from "./view_reports.js";
import { taskView } from "./view_task.js";

const EVERY = 60000;
const ROUTES = [
  [/^$/, (app) => listView(app)],
  [/^sync$/, (app) => queueView(app)],
  [/^t\/([^/]+)$/, taskView],
  [/^t\/([^/]+)\/enter$/, enterView],
  [/^t\/([^/]+)\/begin$/, beginView],
  [/^t\/([^/]+)\/i\/([^/]+)$/, itemView],
  [/^t\/([^/]+)\/record$/, recordView],
  [/^t\/([^/]+)\/reports$/, reportsView],
  [/^t\/([^/]+)\/r\/([^/]+)$/, traceView],
  [/^t\/([^/]+)\/dossier$/, dossierView],
];
/* pages without a form of their own are drawn anew when something came in */
const LIVE = /^$|^sync$|^t\/[^/]+$|^t\/[^/]+\/reports$/;
const root = document.getElementById("app");

class App {
  constructor(person, store) {
    this.person = person;
    this.store = store;
    this.status = { waiting: 0, troubles: 0, offline: !navigator.onLine, signedOut: false, busy: false, syncedAt: null, sentence: "" };
    this.drawn = 0;
  }

  here() { return location.hash.replace(/^#\/?/, ""); }

  go(hash) {
    if (location.hash === hash) this.refresh();
    else location.hash = hash;
  }

  async count() {
    const rows = await this.store.rows();
    const conflicts = (await this.store.tasks()).reduce((sum, task) => sum + task.conflicts.length, 0);
    Object.assign(this.status, {
      waiting: rows.filter((row) => row.state === "kept").length,
      troubles: conflicts + rows.filter((row) => row.state === "refused").length,
      syncedAt: await this.store.noted("synced"),
    });
  }

  /** Keep entries on the phone; only then count, show and send them. */
  async keep(made, options) {
    try {
      await this.store.add(made, options);
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error;
      window.alert("手机存储空间不够，这一项没有存下。请先联网同步，或者清理手机空间后再存；刚才写的还在页面上。");
      throw error;
    }
    await this.count();
    repaint(this);
    this.sync();
  }

  async again(uuid) {
    await this.store.settle(uuid, "kept", "", null);
    await this.refresh();
    await this.sync();
  }

  /** Draw the page of the address. */
  async refresh({ quiet = false } = {}) {
    const turn = ++this.drawn;
    await this.count();
    const here = this.here();
    let made = null;
    for (const [pattern, view] of ROUTES) {
      const found = here.match(pattern);
      if (found) made = await view(this, ...found.slice(1).map(decodeURIComponent));
    }
    if (turn !== this.drawn) return;
    root.replaceChildren(made || missing());
    if (quiet) return;
    scrollTo(0, 0);
    const head = root.querySelector("h1");
    if (head) head.focus({ preventScroll: true });
  }

  async sync() {
    if (this.running) { this.more = true; return; }
    this.running = true;
    Object.assign(this.status, { busy: true, sentence: "" });
    repaint(this);
    let done = false;
    do {
      this.more = false;
      done = await synchronise(this.store, (said) => this.hear(said));
    } while (this.more && done);
    this.running = false;
    this.status.busy = false;
    await this.count();
    if (LIVE.test(this.here())) await this.refresh({ quiet: true });
    else repaint(this);
  }

  hear(said) {
    if (said.stranger) { location.reload(); return; }
    if (said.step === "sending") this.status.waiting = said.left;
    if (said.step) Object.assign(this.status, { offline: false, signedOut: false });
    if (said.offline) this.status.offline = true;
    if (said.signedOut) Object.assign(this.status, { offline: false, signedOut: true });
    if (said.sentence) this.status.sentence = said.sentence;
    repaint(this);
  }

  /** Signing out takes the key away: what is not sent stays encrypted on this phone until the same person comes back. */
  async leave() {
    await this.count();
    const { waiting } = this.status;
    if (waiting && !window.confirm(`还有 ${waiting} 项没有上传。退出后它们加密留在这部手机里，只有您本人再次登录才能看到和上传。确定退出？`)) return;
    try {
      await post("leave/", {});
    } catch (error) {
      if (error instanceof Offline) { window.alert("没有网络，现在不能退出登录。请恢复网络后再退出，或者锁好手机。"); return; }
      if (error instanceof Said) { window.alert(error.sentence); return; }
      if (!(error instanceof SignedOut)) throw error;
    }
    await farewell();
    location.href = "/sign-in/?next=/inspections/phone/";
  }
}

function missing() {
  return h("main", { id: "main", class: "site" }, bar("warn", "这项任务或检查项没有下载到这部手机。"), h("p", {}, h("a", { class: "btn", href: "#/" }, "回任务列表")));
}

/** The person of the session where the server can be asked, else the one this phone knows. */
async function whoIsHere() {
  const known = await personHere();
  try {
    return { person: await welcome(await get("me/")), signedOut: false, offline: false };
  } catch (error) {
    if (error instanceof Offline) return { person: known, offline: true, signedOut: false };
    if (error instanceof SignedOut || error instanceof Said) return { person: known, offline: false, signedOut: true };
    throw error;
  }
}

function nobody(offline) {
  const text = offline ? "没有网络，这部手机上也没有登录过的人。请联网登录一次，下载任务以后就可以离线填写。" : "请先登录，任务会下载到这部手机。";
  return h("main", { id: "main", class: "site" }, h("h1", {}, "现场检查"), bar("", text), h("p", {}, h("a", { class: "btn primary", href: "/sign-in/?next=/inspections/phone/" }, "登录")));
}

async function start() {
  if (!window.isSecureContext || !window.indexedDB) return; // the page itself says that offline entry is off
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register("/inspections/phone/sw.js", { scope: "/inspections/phone/" }).catch(() => document.body.setAttribute("data-no-shell", ""));
  }
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
  const { person, offline, signedOut } = await whoIsHere();
  if (!person) { root.replaceChildren(nobody(offline)); return; }
  const store = await openStore(person);
  const app = new App(person, store);
  Object.assign(app.status, { offline, signedOut });
  await store.purge(Date.now());
  addEventListener("hashchange", () => app.refresh());
  addEventListener("online", () => app.sync());
  addEventListener("offline", () => { app.status.offline = true; repaint(app); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) app.sync(); });
  // without anything to send the server is left alone: a page lying open must not keep the session alive
  setInterval(() => { if (!document.hidden && app.status.waiting && !app.status.signedOut) app.sync(); }, EVERY);
  await app.refresh();
  await app.sync();
}

start();
