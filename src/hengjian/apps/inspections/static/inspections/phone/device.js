/* Whose turn it is on this phone: the person signed in last, with the key to what is theirs. */

import { complete, done, openDatabase } from "./store.js";
import { importKey } from "./sealing.js";

async function device() {
  return openDatabase("hengjian-phone", 1, (fresh) => fresh.createObjectStore("device"));
}

export async function personHere() {
  const base = await device();
  const person = await done(base.transaction("device").objectStore("device").get("person"));
  base.close();
  return person || null;
}

/** The person the server says is signed in; somebody else's key goes, their data stay encrypted. */
export async function welcome(me) {
  const person = { id: me.id, name: me.name, organ: me.organ, key: await importKey(me.key) };
  await keep(person);
  return person;
}

export async function farewell() { await keep(null); }

async function keep(person) {
  const base = await device();
  const writing = base.transaction("device", "readwrite", { durability: "strict" });
  if (person) writing.objectStore("device").put(person, "person");
  else writing.objectStore("device").delete("person");
  await complete(writing);
  base.close();
}
