/* What the officer sees of a task: what the server said last, and over it what this phone has written since. */

const PENDING = new Set(["kept", "held", "conflict", "refused"]);

export const LABELS = {
  kept: "已保存在手机", accepted: "已同步", held: "已交科长认领", conflict: "有冲突", refused: "被退回",
};
export const MARKS = {
  kept: ["off", "warn"], accepted: ["check", "ok"], held: ["pause", "warn"], conflict: ["warn", "bad"], refused: ["x", "bad"],
};

/** Entries that say more than the fetched package: not settled, or settled after it was fetched. */
export function fresh(task, entries) {
  return entries.filter((one) => PENDING.has(one.state) || !task.fetched_at || (one.settled_at || "") > task.fetched_at);
}

export function answers(task, entries) {
  const found = new Map(Object.entries(task.answers).map(([item, one]) => [item, { ...one, state: "accepted" }]));
  for (const one of fresh(task, entries)) {
    if (one.kind !== "answer" || one.state === "refused") continue;
    found.set(one.payload.item_id, { ...one.payload, state: one.state, sentence: one.sentence, made_at: one.made_at, by: null, version: (one.base_version || 0) + 1 });
  }
  return found;
}

export function findings(task, entries) {
  const mine = fresh(task, entries).filter((one) => one.kind === "finding" && one.state !== "refused");
  const known = new Set(task.findings.map((one) => one.client_id));
  return [
    ...task.findings.map((one) => ({ ...one, state: "accepted" })),
    ...mine.filter((one) => !known.has(one.uuid)).map((one) => ({ ...one.payload, number: "", state: one.state, uuid: one.uuid })),
  ];
}

export function photos(task, entries, item = null) {
  const mine = entries.filter((one) => one.kind === "photo" && (item === null || one.payload.item_id === item));
  const known = new Set(mine.map((one) => one.uuid));
  const theirs = task.attachments.filter((one) => !known.has(one.client_id) && (item === null || one.item_id === item));
  return { mine, theirs };
}

/** The record as it stands: fields of the server's, and the newest written here. */
export function record(task, entries) {
  const found = { ...task.record };
  for (const one of fresh(task, entries)) {
    if (["begin", "statement"].includes(one.kind) && one.state !== "refused") Object.assign(found, one.payload);
  }
  return found;
}

/** How far the visit is, counting what still lies on the phone. */
export function stage(task, entries) {
  const order = ["assigned", "notified", "entered", "on_site", "record_closed"];
  const reached = { enter: "entered", begin: "on_site", close: "record_closed" };
  let at = task.state;
  for (const one of fresh(task, entries)) {
    const to = reached[one.kind];
    if (to && ["kept", "accepted"].includes(one.state) && order.indexOf(to) > order.indexOf(at)) at = to;
  }
  return at;
}

export function traces(task, entries) {
  const found = new Map(task.reports.map((one) => [one.id, { ...one, state: one.traced_at ? "accepted" : "" }]));
  for (const one of fresh(task, entries)) {
    if (one.kind !== "trace" || one.state === "refused") continue;
    const { report_id, step, answer, note } = one.payload;
    const report = found.get(report_id);
    if (report) found.set(report_id, { ...report, answers: { ...report.answers, [step]: { answer, note } }, state: one.state });
  }
  return [...found.values()];
}

export function progress(task, entries) {
  const given = answers(task, entries);
  const asked = task.groups.flatMap((group) => group.items);
  return { done: asked.filter((item) => given.has(item.id) && given.get(item.id).answer !== "unchecked").length, all: asked.length };
}

export function problemsOf(entries) {
  return entries.filter((one) => ["conflict", "refused", "held"].includes(one.state));
}
