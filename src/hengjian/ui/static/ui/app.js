/* Small conveniences; every page works without them. */
(function () {
  "use strict";
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  /* "/" goes to the search box; j, k and Enter walk the rows of a list */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (event.key === "/") {
      const box = document.querySelector("[data-search]");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
      return;
    }
    if (!["j", "k", "x", "Enter"].includes(event.key)) return;
    const table = document.querySelector("[data-rows]");
    if (!table) return;
    const rows = [...table.tBodies[0].rows];
    const at = rows.findIndex((row) => row.classList.contains("here"));
    if (event.key === "x") {
      const box = at >= 0 && rows[at].querySelector("input[type=checkbox]");
      if (box) box.click();
      return;
    }
    if (event.key === "Enter") {
      if (event.target.closest("a, button, summary")) return;
      const link = at >= 0 && rows[at].querySelector("th a[href]");
      if (link) link.click();
      return;
    }
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)))];
    if (!next) return;
    rows.forEach((row) => row.classList.remove("here"));
    next.classList.add("here");
    const link = next.querySelector("th a[href]");
    if (link) link.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  });

  /* arrows walk the results of a search, on its page and under the box; Escape closes those under the box */
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const found = document.querySelector("[data-found]");
    const inBox = event.target.closest("[data-search]");
    const open = found && found.firstElementChild;
    if (event.key === "Escape" && open && event.target.closest(".find")) {
      found.replaceChildren();
      document.querySelector("[data-search]").focus();
      return;
    }
    if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const list = open && event.target.closest(".find") ? found : document.querySelector("[data-hits]");
    if (!list || (typing(event.target) && !inBox)) return;
    const links = [...list.querySelectorAll("a.hit")];
    const at = links.indexOf(event.target.closest("a.hit"));
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    if (at < 0 && !inBox && document.activeElement !== document.body) return;
    event.preventDefault();
    if (next < 0) { const box = document.querySelector("[data-search]"); if (box) box.focus(); return; }
    const link = links[Math.min(next, links.length - 1)];
    if (link) link.focus();
  });
  document.addEventListener("click", (event) => {
    const found = document.querySelector("[data-found]");
    if (found && found.firstElementChild && !event.target.closest(".find")) found.replaceChildren();
  });

  /* a box around a file input takes dropped files and names what was chosen */
  const sizeOf = (file) => file.size < 1048576 ? Math.max(1, Math.round(file.size / 1024)) + " KB" : (file.size / 1048576).toFixed(1) + " MB";
  const name = (box) => {
    const input = box.querySelector("input[type=file]");
    const said = box.querySelector("[data-chosen]");
    if (said) said.textContent = [...input.files].map((file) => file.name + "，" + sizeOf(file)).join("；");
  };
  document.addEventListener("change", (event) => {
    const box = event.target.matches("input[type=file]") && event.target.closest("[data-drop]");
    if (box) name(box);
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const box = event.target.closest && event.target.closest("[data-drop]");
      if (!box) return;
      event.preventDefault();
      box.classList.toggle("over", kind === "dragover");
      if (kind !== "drop" || !event.dataTransfer.files.length) return;
      const input = box.querySelector("input[type=file]");
      const carried = new DataTransfer();
      const files = input.multiple ? event.dataTransfer.files : [event.dataTransfer.files[0]];
      for (const file of files) carried.items.add(file);
      input.files = carried.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  /* the account menu closes when one looks elsewhere */
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });

  /* no network: say so on top */
  const offline = document.querySelector("[data-offline]");
  const tell = () => { if (offline) offline.hidden = navigator.onLine; };
  addEventListener("online", tell); addEventListener("offline", tell); tell();

  /* a page with errors begins at their summary */
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();

  /* one click, one submission */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; }));
})();
