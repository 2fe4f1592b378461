/* Asking the server: no connection, no session and a refusal are three different things. */

export class Offline extends Error {}
export class SignedOut extends Error {}
export class Said extends Error {
  constructor(status, sentence) { super(sentence); this.status = status; this.sentence = sentence; }
}

const HERE = "/inspections/phone/";
const SECONDS = 45;

const token = () => (document.cookie.match(/(?:^|; )hengjian_csrf=([^;]+)/) || [])[1] || "";

async function ask(path, options = {}, seconds = SECONDS) {
  let answer;
  try {
    answer = await fetch(HERE + path, { credentials: "same-origin", redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(seconds * 1000), ...options });
  } catch {
    throw new Offline();
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
  if (answer.status >= 500) throw new Offline();
  const json = (answer.headers.get("content-type") || "").includes("json");
  if (!answer.ok) throw new Said(answer.status, json ? (await answer.json()).sentence : "服务器没有收下这次传送。请刷新页面再试。");
  if (!json) throw new Offline(); // a captive portal answers everything with its own page
  try {
    return await answer.json();
  } catch {
    throw new Offline();
  }
}

export async function get(path) { return ask(path); }

export async function post(path, body) {
  const form = body instanceof FormData;
  const headers = { "X-CSRFToken": token(), ...(form ? {} : { "Content-Type": "application/json" }) };
  return ask(path, { method: "POST", headers, body: form ? body : JSON.stringify(body) }, form ? 600 : SECONDS);
}
