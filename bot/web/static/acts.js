// What can be done with a work: its buttons, and the little panel in which a choice, a form or an
// answer appears. The server says which there are; `to` is where the page hears of what came of them.

import { $, call, make, ticket } from "./tools.js";

const shown = new WeakMap(); // item → what its buttons were made of

export function offer(item, work, to) {
  const acts = work.acts || [];
  const same = JSON.stringify(acts);
  if (shown.get(item) === same) return; // a panel that is open stays open
  shown.set(item, same);
  const place = { item, work, to, panel: $(".panel", item), open: $(".open", item), more: $(".more", item) };
  $(".acts", item).replaceChildren(...acts.filter(({ front }) => front).map((act) => button(place, act)));
  place.more.replaceChildren(...acts.filter(({ front }) => !front).map((act) => button(place, act)));
  place.open.hidden = !place.more.hasChildNodes();
  place.open.onclick = () => unfold(place, place.more.hidden);
}

function unfold({ open, more }, wide) {
  more.hidden = !wide;
  open.setAttribute("aria-expanded", String(wide));
}

function button(place, act) {
  const face = make("span", { "aria-hidden": "true" }, act.face);
  const made = make("button", { type: "button", class: "act" }, face, ` ${act.label}`);
  made.addEventListener("click", () => {
    if (act.choices.length) choose(place, act);
    else if (act.needs === "words") write(place, act);
    else press(place, act, { word: act.word }, made);
  });
  return made;
}

function panel(place, ...children) {
  const close = make("button", { type: "button", class: "plain close", "aria-label": $("#help form button").textContent }, "✕");
  close.addEventListener("click", () => { place.panel.hidden = true; });
  place.panel.replaceChildren(...children, close);
  place.panel.hidden = false;
}

function choose(place, act) {
  const choices = act.choices.map(({ word, label }) => {
    const one = make("button", { type: "button", class: "act" }, label);
    one.addEventListener("click", () => press(place, act, { word }, one));
    return one;
  });
  panel(place, make("p", {}, act.question), ...choices);
}

function write(place, act) {
  const words = make("textarea", { rows: "2", dir: "auto", required: "" });
  const options = make("input", { type: "text", dir: "auto" });
  words.value = act.given.words;
  options.value = act.given.options;
  const send = make("button", { class: "firm" }, act.send);
  const form = make("form", {},
    make("label", {}, act.labels.words, words), make("label", {}, act.labels.options, options), send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    press(place, act, { word: act.word, words: words.value, options: options.value }, send);
  });
  panel(place, form);
  words.focus();
}

async function press(place, act, said, pressed) {
  pressed.disabled = true;
  try {
    const answer = await call(`/api/works/${place.work.id}/acts`, { ...said, ticket: ticket() });
    unfold(place, false);
    if (answer.work) {
      place.panel.hidden = true;
      place.to.made(answer.work);
    } else if (answer.gone) {
      place.to.told(answer.said);
      place.to.gone(place.work.id);
    } else if (answer.others) {
      pick(place, act, said, answer.others);
    } else if (answer.files) {
      panel(place, ...answer.files.map(({ name, url }) => make("a", { href: url, download: name }, name)));
    } else {
      panel(place, ...answer.said.split("\n").map((line) => make("p", { dir: "auto" }, line)));
    }
  } catch (fault) {
    place.to.fault(fault);
  } finally {
    pressed.disabled = false;
  }
}

function pick(place, act, said, others) {
  const one = make("select", { "aria-label": act.ask }, ...others.map(({ id, label }) => make("option", { value: id }, label)));
  const send = make("button", { type: "button", class: "act" }, act.label);
  send.addEventListener("click", () => press(place, act, { ...said, other: one.value }, send));
  panel(place, make("p", {}, act.ask), one, send);
}
