// The page's behaviour: asks, listens, shows. Every sentence comes from the server, in the reader's
// language, and goes in as textContent: what a prompt says is never markup.

import { offer } from "./acts.js";
import { $, call, make, ticket } from "./tools.js";

const list = $("#list");
const works = new Map(); // id → { work, item }
const announcer = $("#announcer");
const connection = $("#connection");
const form = $("#ask");
const words = $("#words");
const problem = $("#problem");
const options = $("#options");
const UNDER_WAY = ["waiting", "running"];

function complain(fault) {
  problem.textContent = fault.message;
}

// --- showing a work ---

function pictures(work) {
  const frame = make("div", { class: work.pictures.length > 1 ? "pictures several" : "pictures" });
  for (const { url, alt, width, height } of work.pictures) {
    const image = make("img", { src: url, alt, width, height, decoding: "async" });
    frame.append(make("a", { href: url, target: "_blank", rel: "noopener" }, image));
  }
  return frame;
}

function poem({ title, lang, stanzas }) {
  const sheet = make("div", { class: "poem", lang: lang === "zh" ? "zh-Hans" : lang });
  if (title) sheet.append(make("h3", {}, title));
  for (const stanza of stanzas) {
    sheet.append(make("p", {}, ...stanza.map((line) => make("span", {}, line))));
  }
  return sheet;
}

function melody({ title, audio, play, score, links }) {
  const sheet = make("div", { class: "melody" });
  sheet.append(make("h3", { dir: "auto" }, title));
  sheet.append(make("audio", { controls: "", preload: "metadata", src: audio, "aria-label": play }));
  if (score) {
    const image = make("img", { src: score.url, alt: score.alt });
    sheet.append(make("a", { class: "score", href: score.url, target: "_blank", rel: "noopener" }, image));
  }
  sheet.append(make("p", { class: "links" }, ...links.map(({ label, url }) => make("a", { href: url, download: "" }, label))));
  return sheet;
}

// The lines that a poem has so far, as long as it is written: an earlier push without lines takes none away.
function draft(item, work) {
  const sheet = $(".draft", item);
  const under = UNDER_WAY.includes(work.state);
  if (work.draft && under) {
    sheet.replaceChildren(make("p", {}, work.draft.title), ...work.draft.lines.map((line) => make("span", {}, line)));
  }
  sheet.hidden = !under || !sheet.hasChildNodes();
  $(".sketch", item).hidden = !sheet.hidden;
}

function fill(item, work, before) {
  item.id = `work-${work.id}`;
  item.dataset.state = work.state;
  item.dataset.kind = work.kind;
  $(".kind", item).textContent = work.label;
  $(".prompt", item).textContent = work.prompt;
  $(".chosen", item).textContent = work.options.join(" · ");
  $(".status", item).textContent = work.status;
  $(".details", item).textContent = (work.details || []).join(" · ");
  const made = $(".made", item);
  if (!made.hasChildNodes()) {
    // Only once: filling it anew would stop a melody that plays.
    if (work.pictures) made.append(pictures(work));
    if (work.poem) made.append(poem(work.poem));
    if (work.melody) made.append(melody(work.melody));
  }
  draft(item, work);
  votes(item, work);
  offer(item, work, { made: asked, gone, fault: complain, told: (text) => { announcer.textContent = text; } });
  if (before && before.state !== work.state && !UNDER_WAY.includes(work.state)) {
    announcer.textContent = work.status;
  }
}

function votes(item, { tally, vote }) {
  for (const button of item.querySelectorAll(".vote")) {
    const count = tally[button.dataset.value];
    button.setAttribute("aria-pressed", String(button.dataset.value === vote));
    $(".count", button).textContent = count || "";
  }
}

function show(work) {
  const known = works.get(work.id);
  if (known) {
    // A page may hear of steps out of order: what is made is not shown as waiting again.
    if (UNDER_WAY.includes(work.state) && !UNDER_WAY.includes(known.work.state)) return known.item;
    const follow = atEnd();
    fill(known.item, work, known.work);
    known.work = work;
    if (follow && known.item === list.lastElementChild) toEnd();
    return known.item;
  }
  const item = $("#work").content.firstElementChild.cloneNode(true);
  for (const button of item.querySelectorAll(".vote")) button.addEventListener("click", () => cast(work.id, button));
  $(".cancel", item).addEventListener("click", (event) => cancel(work.id, event.currentTarget));
  fill(item, work);
  works.set(work.id, { work, item });
  const after = [...list.children].find((other) => works.get(other.id.slice(5)).work.asked_at > work.asked_at);
  list.insertBefore(item, after || null);
  $("#welcome").hidden = true;
  return item;
}

const atEnd = () => innerHeight + scrollY > document.documentElement.scrollHeight - 160;
const toEnd = () => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  scrollTo({ top: document.documentElement.scrollHeight, behavior: calm ? "auto" : "smooth" });
};
// A picture that arrives makes the page longer: stay at its end if the reader was there.
document.addEventListener("load", (event) => {
  if (event.target.tagName === "IMG" && list.lastElementChild?.contains(event.target) && atEnd()) toEnd();
}, true);

// --- acting on a work ---

async function cast(id, button) {
  const known = works.get(id);
  const value = known.work.vote === button.dataset.value ? null : button.dataset.value;
  try {
    const { tally, vote } = await call("/api/vote", { work: id, value });
    Object.assign(known.work, { tally, vote });
    votes(known.item, known.work);
    problem.textContent = "";
  } catch (fault) {
    complain(fault);
  }
}

function asked(work) {
  show(work);
  problem.textContent = "";
  announcer.textContent = work.status;
  toEnd();
}

function gone(id) {
  works.get(id).item.remove();
  works.delete(id);
  problem.textContent = "";
}

async function cancel(id, button) {
  button.disabled = true;
  try {
    const { work } = await call(`/api/works/${id}/cancel`, {});
    show(work);
    problem.textContent = "";
  } catch (fault) {
    complain(fault);
  } finally {
    button.disabled = false;
  }
}

// --- answers that are no work ---

function replied({ title, text, fields, works: listed, commands, file, choices }) {
  const item = make("section", { class: "reply" }, make("h2", {}, title));
  for (const line of text.split("\n")) if (line) item.append(make("p", { dir: "auto" }, line));
  if (fields.length) {
    item.append(make("dl", {}, ...fields.flatMap(({ name, value }) => [make("dt", {}, name), make("dd", { dir: "auto" }, value)])));
  }
  if (listed.length) {
    item.append(make("ol", {}, ...listed.map((work) => {
      show(work); // a link to it leads somewhere
      return make("li", {}, make("a", { href: `#work-${work.id}`, dir: "auto" }, work.prompt), ` · ${work.label}`);
    })));
  }
  for (const { name, what } of commands) item.append(make("p", {}, make("code", {}, name), ` ${what}`));
  if (file) {
    const bytes = Uint8Array.from(atob(file.data), (letter) => letter.charCodeAt(0));
    const url = URL.createObjectURL(new Blob([bytes], { type: file.type }));
    item.append(make("p", {}, make("a", { href: url, download: file.name }, file.name)));
  }
  const buttons = choices.map(({ label, line }) => {
    const button = make("button", { type: "button", class: "plain" }, label);
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const answer = await call("/api/ask", { text: `/${line}`, ticket: ticket() });
        if (turned(answer)) return;
        if (answer.work) {
          show(answer.work);
          announcer.textContent = answer.work.status;
          return;
        }
        item.replaceWith(replied(answer.reply));
        announcer.textContent = answer.reply.text;
      } catch (fault) {
        complain(fault);
        button.disabled = false;
      }
    });
    return button;
  });
  if (buttons.length) item.append(make("p", { class: "choices" }, ...buttons));
  return item;
}

// A language that was chosen in the settings is the page's too.
function turned({ language }) {
  const other = Boolean(language) && language !== document.documentElement.lang;
  if (other) location.reload();
  return other;
}

function say(reply) {
  $("#reply").replaceChildren(replied(reply)); // one at a time: it is no work that stays
  announcer.textContent = reply.text;
  $("#welcome").hidden = true;
}

// --- asking ---

let pending = null; // the ticket of a request whose answer never came: sent again, it is the same request

const chosen = () => $("input[name=command]:checked", form);
const fields = () => [...options.querySelectorAll(`[data-command="${chosen().value}"] [name]`)];

function choose(command) {
  const radio = [...form.querySelectorAll("input[name=command]")].find(({ value }) => value === command);
  if (!radio) return;
  radio.checked = true;
  words.placeholder = radio.dataset.hint;
  for (const set of options.querySelectorAll("fieldset")) {
    set.hidden = set.disabled = set.dataset.command !== command;
  }
  count();
}

function count() {
  const set = fields().filter(({ value }) => value !== "").length;
  $("#options-count").textContent = set || "";
}

form.addEventListener("change", (event) => {
  if (event.target.name === "command") choose(event.target.value);
  count();
});

words.addEventListener("input", () => {
  pending = null;
  const typed = words.value.match(/^[/／]([a-z]+)\s/);
  if (typed) choose(typed[1]);
});

words.addEventListener("keydown", (event) => {
  // isComposing: Enter that picks a Chinese candidate does not send.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const send = $(".send", form);
  if (send.disabled) return;
  send.disabled = true;
  pending ||= ticket();
  const said = Object.fromEntries(fields().map(({ name, value }) => [name, value]).filter(([, value]) => value !== ""));
  try {
    const answer = await call("/api/ask", { command: chosen().value, text: words.value, options: said, ticket: pending });
    problem.textContent = "";
    words.value = "";
    pending = null;
    if (turned(answer)) return;
    if (answer.reply?.command === "help") {
      help.showModal();
    } else if (answer.reply) {
      say(answer.reply);
      toEnd();
    } else {
      show(answer.work);
      announcer.textContent = answer.work.status;
      unfold(false);
      toEnd();
    }
  } catch (fault) {
    if (fault.message !== connection.dataset.lost) pending = null;
    complain(fault);
  } finally {
    send.disabled = false;
    if (!help.open) words.focus();
  }
});

function unfold(open) {
  options.hidden = !open;
  $("#options-open").setAttribute("aria-expanded", String(open));
}
$("#options-open").addEventListener("click", () => unfold(options.hidden));
$("#options-clear").addEventListener("click", () => {
  for (const field of fields()) field.value = "";
  count();
});

for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => {
    choose(example.dataset.command);
    words.value = example.dataset.text;
    words.focus();
  });
}

const help = $("#help");
$("#help-open").addEventListener("click", () => help.showModal());
help.addEventListener("click", (event) => {
  if (event.target === help) help.close();
});

// --- what was made before, and what happens now ---

async function load(before) {
  const query = before ? `?before=${encodeURIComponent(before)}` : "";
  const found = await call(`/api/works${query}`);
  const tall = document.documentElement.scrollHeight;
  for (const work of found.works) show(work);
  if (before) scrollBy(0, document.documentElement.scrollHeight - tall);
  if (before || works.size <= found.works.length) $("#earlier").hidden = !found.more;
  $("#welcome").hidden = works.size > 0;
}

$("#earlier").addEventListener("click", () => {
  const first = works.get(list.firstElementChild.id.slice(5)).work;
  load(first.asked_at).catch(complain);
});

let events = null;
let first = true;

function listen() {
  const stream = new EventSource("/events");
  events = stream;
  stream.addEventListener("open", async () => {
    connection.textContent = "";
    try {
      await load(); // what happened while nobody listened
      if (first) scrollTo(0, document.documentElement.scrollHeight);
      first = false;
    } catch (fault) {
      complain(fault);
    }
  });
  stream.addEventListener("work", (event) => show(JSON.parse(event.data)));
  stream.addEventListener("error", () => {
    if (events !== stream) return;
    connection.textContent = connection.dataset.offline;
    if (stream.readyState === EventSource.CLOSED) {
      // An answer that is no stream (the studio is starting, say) ends an EventSource for good.
      setTimeout(() => events === stream && listen(), 2000);
    }
  });
}

// A browser keeps at most six connections to a server over HTTP/1.1: a page that nobody looks at lets go.
let away = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(away);
  if (document.hidden) {
    away = setTimeout(() => {
      events?.close();
      events = null;
    }, 30_000);
  } else if (!events) {
    listen();
  }
});

choose(chosen().value);
listen();
