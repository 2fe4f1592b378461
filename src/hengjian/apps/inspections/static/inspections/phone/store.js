/* What lies on the phone: one database a person. A write has happened when its transaction is complete on disk. */

import { open, openBytes, seal, sealBytes } from "./sealing.js";

const DAY = 86400000;
export const KEEP_DAYS = 7;
const STRICT = { durability: "strict" };

export function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export function complete(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error || new Error("aborted"));
  });
}

export function openDatabase(name, version, upgrade) {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => upgrade(request.result);
  return done(request);
}

export async function openStore(person) {
  const base = await openDatabase(`hengjian-phone-${person.id}`, 1, (fresh) => {
    const entries = fresh.createObjectStore("entries", { keyPath: "seq", autoIncrement: true });
    entries.createIndex("uuid", "uuid", { unique: true });
    entries.createIndex("task", "task");
    entries.createIndex("state", "state");
    fresh.createObjectStore("files", { keyPath: "uuid" });
    fresh.createObjectStore("tasks", { keyPath: "number" });
    fresh.createObjectStore("drafts");
    fresh.createObjectStore("meta");
  });
  return new Store(base, person);
}

class Store {
  constructor(base, person) {
    this.base = base;
    this.person = person;
  }

  close() { this.base.close(); }

  reading(...names) { return this.base.transaction(names, "readonly"); }

  writing(...names) { return this.base.transaction(names, "readwrite", STRICT); }

  /** Keep entries, with the bytes of their files, and drop the draft they came from: all or nothing. */
  async add(made, { draft = null } = {}) {
    const rows = [], files = [];
    for (const one of made) {
      const row = {
        uuid: crypto.randomUUID(), task: one.task, kind: one.kind, author: this.person.id, state: "kept", sentence: "",
        made_at: new Date().toISOString(), size: one.file ? one.file.bytes.byteLength : 0,
        sealed: await seal(this.person.key, { payload: one.payload, base_version: one.base_version ?? null, local: one.local || {} }),
      };
      rows.push(row);
      if (one.file) files.push({ uuid: row.uuid, type: one.file.type, sealed: await sealBytes(this.person.key, one.file.bytes) });
    }
    const writing = this.writing("entries", "files", "drafts");
    for (const row of rows) writing.objectStore("entries").add(row);
    for (const file of files) writing.objectStore("files").put(file);
    if (draft) writing.objectStore("drafts").delete(draft);
    await complete(writing);
    return rows.map((row) => row.uuid);
  }

  /** Rows without their content, in the order they were made. */
  async rows(state = null) {
    const all = this.reading("entries").objectStore("entries");
    return state ? done(all.index("state").getAll(state)) : done(all.getAll());
  }

  async opened(row) {
    const { sealed, ...plain } = row;
    return { ...plain, ...(await open(this.person.key, sealed)) };
  }

  async entriesOf(task) {
    const rows = await done(this.reading("entries").objectStore("entries").index("task").getAll(task));
    return Promise.all(rows.map((row) => this.opened(row)));
  }

  async fileOf(uuid) {
    const row = await done(this.reading("files").objectStore("files").get(uuid));
    return row && new Blob([await openBytes(this.person.key, row.sealed)], { type: row.type });
  }

  /** What the server said of one entry. Its file goes only now that the server has it. */
  async settle(uuid, state, sentence, at) {
    const writing = this.writing("entries", "files");
    const entries = writing.objectStore("entries");
    const row = await done(entries.index("uuid").get(uuid));
    if (row) {
      entries.put({ ...row, state, sentence: sentence || "", settled_at: at });
      if (state !== "refused" && state !== "kept") writing.objectStore("files").delete(uuid);
    }
    await complete(writing);
  }

  /** A person gives up a refused entry; nothing else can be removed by hand. */
  async giveUp(uuid) {
    const writing = this.writing("entries", "files");
    const row = await done(writing.objectStore("entries").index("uuid").get(uuid));
    if (row && row.state === "refused") {
      writing.objectStore("entries").delete(row.seq);
      writing.objectStore("files").delete(uuid);
    }
    await complete(writing);
  }

  async putTasks(packages, at) {
    const sealed = await Promise.all(packages.map((one) => seal(this.person.key, one)));
    const gone = await done(this.reading("tasks").objectStore("tasks").getAll());
    const writing = this.writing("tasks");
    const tasks = writing.objectStore("tasks");
    packages.forEach((one, place) => tasks.put({ number: one.number, fetched_at: at, closed_at: null, sealed: sealed[place] }));
    const present = new Set(packages.map((one) => one.number));
    for (const old of gone) if (!present.has(old.number) && !old.closed_at) tasks.put({ ...old, closed_at: at });
    await complete(writing);
  }

  async tasks() {
    const rows = await done(this.reading("tasks").objectStore("tasks").getAll());
    return Promise.all(rows.map(async (row) => ({ ...(await open(this.person.key, row.sealed)), fetched_at: row.fetched_at, closed_at: row.closed_at })));
  }

  async task(number) {
    const row = await done(this.reading("tasks").objectStore("tasks").get(number));
    return row && { ...(await open(this.person.key, row.sealed)), fetched_at: row.fetched_at, closed_at: row.closed_at };
  }

  async putDraft(key, value) {
    const sealed = await seal(this.person.key, value);
    const writing = this.writing("drafts");
    writing.objectStore("drafts").put(sealed, key);
    await complete(writing);
  }

  async draft(key) {
    const sealed = await done(this.reading("drafts").objectStore("drafts").get(key));
    return sealed ? open(this.person.key, sealed) : null;
  }

  async note(key, value) {
    const writing = this.writing("meta");
    writing.objectStore("meta").put(value, key);
    await complete(writing);
  }

  async noted(key) { return done(this.reading("meta").objectStore("meta").get(key)); }

  /** Remove what the server has had for some days; what it has not confirmed stays, however old. */
  async purge(now) {
    const old = (iso) => iso && now - Date.parse(iso) > KEEP_DAYS * DAY;
    const rows = await this.rows();
    const waiting = new Set(rows.filter((row) => ["kept", "refused"].includes(row.state)).map((row) => row.task));
    const tasks = await done(this.reading("tasks").objectStore("tasks").getAll());
    const writing = this.writing("entries", "tasks", "drafts");
    for (const row of rows) if (["accepted", "held", "conflict"].includes(row.state) && old(row.settled_at)) writing.objectStore("entries").delete(row.seq);
    for (const task of tasks) {
      if (!old(task.closed_at) || waiting.has(task.number)) continue;
      writing.objectStore("tasks").delete(task.number);
      writing.objectStore("drafts").delete(IDBKeyRange.bound(`${task.number}|`, `${task.number}|\uffff`));
    }
    await complete(writing);
  }
}
