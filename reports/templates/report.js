"use strict";
(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const table = $("#table"), form = $("#filters");
  const endpoints = JSON.parse(table.dataset.endpoints);
  const rows = $$("tbody > tr", table).map((tr) => ({
    tr, id: tr.dataset.id, level: tr.dataset.level, family: tr.dataset.family,
    letters: tr.dataset.v, text: tr.textContent.toLowerCase(),
  }));
  const chips = $$("button.chip[data-key]", form);
  const letters = Object.fromEntries(
    chips.filter((c) => c.dataset.letter).map((c) => [c.dataset.value, c.dataset.letter]));

  // Transcripts stand in the page as JSON and become elements when they are asked for.
  let store = null;
  const held = (id) => {
    store ??= JSON.parse($("#exchanges").textContent);
    return Object.hasOwn(store, id) ? store[id] : "";
  };
  const fill = (details) => {
    if (details.open && !("ready" in details.dataset)) {
      details.dataset.ready = "";
      const parsed = new DOMParser().parseFromString(held(details.dataset.x), "text/html");
      details.append(...parsed.body.childNodes);
      addCopy(details);
    }
  };
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.x")) fill(event.target);
  }, true);

  const addCopy = (from) => $$("pre.curl", from).forEach((pre) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "copy";
    button.addEventListener("click", () => copy(pre, button));
    pre.before(button);
  });
  const copy = async (pre, button) => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
    } catch {
      getSelection().selectAllChildren(pre);
      document.execCommand("copy");
    }
    button.textContent = "copied";
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  };

  // The state of the view is the hash, so that a link in a ticket opens the same view.
  const blank = () => ({ q: "", family: "", endpoint: "", level: [], verdict: [], open: "" });
  const list = (text) => (text ? text.split(",") : []);
  const fromHash = () => {
    const hash = decodeURI(location.hash.slice(1)), state = blank();
    if (!hash.startsWith("?")) return rows.some((r) => r.id === hash) ? { ...state, open: hash } : null;
    const given = new URLSearchParams(location.hash.slice(2));
    for (const key of ["q", "family", "endpoint", "open"]) state[key] = given.get(key) ?? "";
    for (const key of ["level", "verdict"]) state[key] = list(given.get(key));
    return state;
  };
  const toHash = (state) => {
    const given = new URLSearchParams();
    for (const [key, value] of Object.entries(state)) if (value.length) given.set(key, String(value));
    const keys = [...given.keys()];
    if (keys.length === 1 && keys[0] === "open") return `#${state.open}`;
    return keys.length ? `#?${given}` : "#requirements";
  };
  let state = blank();

  const seen = (row) => {
    const at = endpoints.indexOf(state.endpoint);
    return at < 0 ? row.letters : row.letters[at];
  };
  const tests = {
    q: (row) => state.q.toLowerCase().split(/\s+/).every((word) => row.text.includes(word)),
    family: (row) => !state.family || row.family === state.family,
    endpoint: (row) => !state.endpoint || seen(row) !== "-",
    level: (row) => !state.level.length || state.level.includes(row.level),
    verdict: (row) => !state.verdict.length
      || state.verdict.some((verdict) => seen(row).includes(letters[verdict])),
  };
  const passes = (row, but) => Object.keys(tests).every((key) => key === but || tests[key](row));

  const apply = () => {
    let shown = 0;
    for (const row of rows) {
      const visible = passes(row);
      row.tr.hidden = !visible;
      shown += visible;
      if (row.opened) row.opened.hidden = !visible;
    }
    for (const chip of chips) {
      const { key, value, letter } = chip.dataset;
      const others = rows.filter((row) => passes(row, key));
      const number = others.filter((row) =>
        key === "level" ? row.level === value : seen(row).includes(letter)).length;
      $(".n", chip).textContent = number;
      chip.setAttribute("aria-pressed", state[key].includes(value));
      chip.classList.toggle("empty", !number);
    }
    for (const key of ["q", "family", "endpoint"]) if (form[key]) form[key].value = state[key];
    $("#found").textContent = `${shown} of ${rows.length} requirements`;
  };

  // A detail opens below its row; with scripts off it stays in the list under "Details".
  const open = (row) => {
    const inside = $(".inside", document.getElementById(row.id));
    const tr = document.createElement("tr"), td = document.createElement("td");
    tr.className = "opened";
    td.colSpan = row.tr.cells.length;
    td.append(inside);
    tr.append(td);
    row.tr.after(tr);
    row.opened = tr;
    $("a.req", row.tr).setAttribute("aria-expanded", "true");
  };
  const close = (row) => {
    document.getElementById(row.id).append($(".inside", row.opened));
    row.opened.remove();
    row.opened = null;
    $("a.req", row.tr).setAttribute("aria-expanded", "false");
  };

  const show = (scroll) => {
    const wanted = fromHash();
    if (wanted === null) {
      if (scroll && location.hash.length > 1) document.getElementById(location.hash.slice(1))?.scrollIntoView();
      return;
    }
    state = wanted;
    const row = rows.find((r) => r.id === state.open);
    if (row && !passes(row)) state = { ...blank(), open: row.id };
    apply();
    if (row && !row.opened) open(row);
    if (!scroll) return;
    if (row) row.tr.scrollIntoView({ block: "start" });
    else form.scrollIntoView({ block: "start" });
  };
  const go = (change) => {
    state = { ...state, ...change };
    history.replaceState(null, "", toHash(state));
    apply();
  };

  form.hidden = false;
  document.documentElement.classList.add("live");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => { event.preventDefault(); go(blank()); });
  form.addEventListener("input", (event) => go({ [event.target.name]: event.target.value }));
  chips.forEach((chip) => chip.addEventListener("click", () => {
    const { key, value } = chip.dataset, now = state[key];
    go({ [key]: now.includes(value) ? now.filter((v) => v !== value) : [...now, value] });
  }));
  table.addEventListener("click", (event) => {
    const link = event.target.closest("a.req");
    if (!link || link.closest("tr.opened")) return;
    event.preventDefault();
    const row = rows.find((r) => r.tr === link.closest("tr"));
    if (row.opened) { close(row); go({ open: "" }); } else { open(row); go({ open: row.id }); }
  });
  rows.forEach((row) => $("a.req", row.tr).setAttribute("aria-expanded", "false"));
  addEventListener("hashchange", () => show(true));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && !event.defaultPrevented && link.hash === location.hash) show(true);
  });
  addEventListener("beforeprint", () => $$("#violations details.x").forEach((d) => { d.open = true; fill(d); }));
  addCopy(document);
  apply();
  show(true);
})();
