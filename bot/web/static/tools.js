// What the page's scripts share: finding, making, talking to the studio.

export const $ = (selector, within = document) => within.querySelector(selector);

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export async function call(address, body) {
  let answer;
  try {
    answer = await fetch(address, body === undefined ? {} : {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error($("#connection").dataset.lost);
  }
  const said = await answer.json().catch(() => ({ error: $("#connection").dataset.lost }));
  if (!answer.ok) throw new Error(said.error);
  return said;
}

export function ticket() {
  // crypto.randomUUID needs https or localhost; a studio in a home network may have neither.
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16).padStart(2, "0")).join("");
}
