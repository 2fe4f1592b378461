/* Reading a QR code with the camera where the browser can; the code can always be typed. */

import { h } from "./dom.js";

export function canScan() {
  return "BarcodeDetector" in window && Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia);
}

/** Opens the camera in `holder` until a code is read or it is closed; answers the text, or "" when closed. */
export async function scan(holder) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const video = h("video", { class: "finder", playsinline: true, muted: true });
  video.srcObject = stream;
  let open = true;
  holder.replaceChildren(video, h("button", { type: "button", class: "btn", onclick: () => { open = false; } }, "关闭相机"));
  await video.play();
  const reader = new window.BarcodeDetector({ formats: ["qr_code"] });
  let text = "";
  while (open && !text && video.isConnected) {
    const found = await reader.detect(video);
    text = found.length ? found[0].rawValue : "";
    await new Promise((next) => setTimeout(next, 150));
  }
  stream.getTracks().forEach((track) => track.stop());
  holder.replaceChildren();
  return text;
}

/** Where the phone is, if it says so within a few seconds; nobody is kept from entering for want of it. */
export function position() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) { resolve({}); return; }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lat: coords.latitude, lon: coords.longitude, accuracy_m: Math.round(coords.accuracy) }),
      () => resolve({}),
      { enableHighAccuracy: true, timeout: 6000, maximumAge: 60000 },
    );
  });
}
