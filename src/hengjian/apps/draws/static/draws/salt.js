"use strict";
// A keeper's salt is made here and saved as a file; only its hash goes to the server.
for (const form of document.querySelectorAll("[data-salt]")) {
  const make = form.querySelector("[data-salt-make]");
  const field = form.querySelector("[name=salt_sha256]");
  if (!window.isSecureContext || !window.crypto?.subtle) continue;
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  make.hidden = false;
  make.addEventListener("click", async () => {
    const salt = crypto.getRandomValues(new Uint8Array(32));
    field.value = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", salt)));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([hex(salt) + "\n"], { type: "text/plain" }));
    link.download = "salt-" + form.dataset.saltName + ".txt";
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
