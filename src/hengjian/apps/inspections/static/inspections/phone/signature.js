/* Signing with the finger: a canvas that gives a PNG; there is a way without it (refusal, or a photo of the paper). */

import { h } from "./dom.js";

export function signaturePad(label) {
  const canvas = h("canvas", { class: "pad", width: 700, height: 260, role: "img", "aria-label": label, tabindex: "0" });
  const pen = canvas.getContext("2d");
  pen.lineWidth = 4;
  pen.lineCap = pen.lineJoin = "round";
  let drawn = false;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...place(event));
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...place(event));
    pen.stroke();
    drawn = true;
  });
  const clear = h("button", { type: "button", class: "btn sm", onclick: () => { pen.clearRect(0, 0, canvas.width, canvas.height); drawn = false; } }, "重签");
  return {
    node: h("div", { class: "field" }, h("span", {}, label), canvas, clear),
    isEmpty: () => !drawn,
    file: () => new Promise((resolve) => canvas.toBlob((blob) => resolve(new File([blob], "signature.png", { type: "image/png" })), "image/png")),
  };
}
