/* What is being typed survives a killed browser: kept at every pause, put back when the form is opened again. */

const PAUSE = 250;

/** Fill the form from its draft, then keep it while it changes. Answers a function that stops and gives the last state. */
export async function bind(store, key, form) {
  const kept = await store.draft(key);
  if (kept) fill(form, kept);
  let timer = null;
  const write = () => { clearTimeout(timer); timer = null; return store.putDraft(key, read(form)); };
  const later = () => { clearTimeout(timer); timer = setTimeout(write, PAUSE); };
  const now = () => { if (timer) write(); };
  form.addEventListener("input", later);
  form.addEventListener("change", write);
  document.addEventListener("visibilitychange", now);
  addEventListener("pagehide", now);
  return {
    restored: Boolean(kept),
    stop() {
      clearTimeout(timer);
      timer = null;
      form.removeEventListener("input", later);
      form.removeEventListener("change", write);
      document.removeEventListener("visibilitychange", now);
      removeEventListener("pagehide", now);
    },
    flush: now,
  };
}

export function read(form) {
  const found = {};
  for (const control of form.elements) {
    if (!control.name || control.type === "file") continue;
    if (control.type === "checkbox") found[control.name] = control.checked;
    else if (control.type === "radio") { if (control.checked) found[control.name] = control.value; } else found[control.name] = control.value.trim();
  }
  return found;
}

function fill(form, values) {
  for (const control of form.elements) {
    if (!control.name || control.type === "file" || !(control.name in values)) continue;
    if (control.type === "checkbox") control.checked = values[control.name];
    else if (control.type === "radio") control.checked = control.value === values[control.name];
    else control.value = values[control.name];
  }
}
