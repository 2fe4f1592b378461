/* Everything that lies on the phone is encrypted; the key comes from the server at sign-in and goes at sign-out. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export async function sha256(buffer) {
  return hex(await crypto.subtle.digest("SHA-256", buffer));
}

/** The person's key, which cannot be read out of the browser again. */
export async function importKey(text) {
  const bytes = new Uint8Array(text.match(/../g).map((pair) => parseInt(pair, 16)));
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

export async function sealBytes(key, buffer) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, buffer) };
}

export async function openBytes(key, sealed) {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, key, sealed.data);
}

export async function seal(key, value) {
  return sealBytes(key, encoder.encode(JSON.stringify(value)));
}

export async function open(key, sealed) {
  return JSON.parse(decoder.decode(await openBytes(key, sealed)));
}
