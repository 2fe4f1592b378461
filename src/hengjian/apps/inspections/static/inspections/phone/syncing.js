/* Sending what was kept, oldest first, and fetching the tasks anew. An entry is settled only by the server's answer. */

import { Offline, Said, SignedOut, get, post } from "./net.js";

const BATCH = 20;
const STATES = new Set(["accepted", "held", "conflict", "refused"]);
const WAITING = "waiting"; // too early: it stays on the phone and is sent again, and so does all that comes after it

/** One run at a time over all tabs. `tell(status)` hears: {step, left, offline, signedOut, stranger, sentence}. */
export async function synchronise(store, tell) {
  if (!navigator.locks) return run(store, tell);
  return navigator.locks.request("hengjian-sync", { ifAvailable: true }, (lock) => (lock ? run(store, tell) : null));
}

async function run(store, tell) {
  try {
    const me = await get("me/");
    if (me.id !== store.person.id) { tell({ stranger: me }); return false; }
    await sendAll(store, tell);
    tell({ step: "tasks" });
    const found = await get("tasks/");
    await store.putTasks(found.tasks, found.now);
    await store.note("synced", new Date().toISOString());
    tell({ step: "done" });
    return true;
  } catch (error) {
    if (error instanceof Offline) tell({ offline: true });
    else if (error instanceof SignedOut) tell({ signedOut: true });
    else if (error instanceof Said) tell({ sentence: error.sentence });
    else throw error;
    return false;
  }
}

async function sendAll(store, tell) {
  const asked = new Set();
  const blocked = new Set();
  for (;;) {
    const waiting = (await store.rows("kept")).filter((row) => !asked.has(row.uuid) && !blocked.has(row.task));
    if (!waiting.length) return;
    tell({ step: "sending", left: waiting.length });
    if (waiting[0].size) {
      asked.add(waiting[0].uuid);
      await sendFile(store, waiting[0], blocked);
      continue;
    }
    const stop = waiting.findIndex((row) => row.size);
    const batch = waiting.slice(0, Math.min(BATCH, stop < 0 ? BATCH : stop));
    batch.forEach((row) => asked.add(row.uuid));
    const answers = await post("sync/", { sent_at: new Date().toISOString(), entries: await Promise.all(batch.map((row) => message(store, row))) });
    for (const one of answers.answers) await settle(store, one, answers.now, batch, blocked);
  }
}

async function message(store, row) {
  const { uuid, task, kind, author, made_at, payload, base_version } = await store.opened(row);
  return { uuid, task, kind, author, made_at, payload, base_version };
}

async function sendFile(store, row, blocked) {
  const file = await store.fileOf(row.uuid);
  const body = new FormData();
  body.append("sent_at", new Date().toISOString());
  body.append("entry", JSON.stringify(await message(store, row)));
  if (file) body.append("file", file, "file");
  try {
    const answers = await post("file/", body);
    for (const one of answers.answers) await settle(store, one, answers.now, [row], blocked);
  } catch (error) {
    if (!(error instanceof Said) || ![413, 422].includes(error.status)) throw error;
    await store.settle(row.uuid, "refused", error.sentence, new Date().toISOString());
  }
}

async function settle(store, answer, at, batch, blocked) {
  if (STATES.has(answer.state)) await store.settle(answer.uuid, answer.state, answer.sentence, at);
  if (answer.state !== WAITING) return;
  await store.settle(answer.uuid, "kept", answer.sentence, null);
  blocked.add(batch.find((row) => row.uuid === answer.uuid).task);
}
