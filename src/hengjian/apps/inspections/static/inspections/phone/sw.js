/* The page and its files from the phone first: it opens without a connection. VERSION and FILES stand above this line,
   written by the server from the files' content; a new version replaces the old one whole or not at all. */

const SHELL = "/inspections/phone/";
const STORE = `hengjian-phone-${VERSION}`;

async function fetchAll() {
  const cache = await caches.open(STORE);
  const answers = await Promise.all(FILES.map(async (path) => {
    const answer = await fetch(path, { cache: "reload", credentials: "same-origin" });
    // signed out, the server answers with another page: that must never become the shell
    if (!answer.ok || answer.redirected) throw new Error(`${answer.status} ${path}`);
    return [path, answer];
  }));
  await Promise.all(answers.map(([path, answer]) => cache.put(path, answer)));
}

self.addEventListener("install", (event) => {
  event.waitUntil(fetchAll().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("hengjian-phone-") && name !== STORE) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const asked = new URL(event.request.url);
  if (event.request.method !== "GET" || asked.origin !== location.origin) return;
  if (event.request.mode === "navigate" ? asked.pathname === SHELL : FILES.includes(asked.pathname) && asked.pathname !== SHELL) {
    event.respondWith(caches.open(STORE).then((cache) => cache.match(asked.pathname)).then((kept) => kept || fetch(event.request)));
  }
});
