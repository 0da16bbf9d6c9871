// Evaluated in a page: returns what keeps people from using it, each as
// "check: what". The contrast rule is that of WCAG 2.2, 1.4.3.
(() => {
  const found = [];
  const report = (check, what) => found.push(`${check}: ${what}`);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const name = (e) => {
    const id = e.id ? `#${e.id}` : "";
    const type = e.getAttribute("type") ? `[${e.getAttribute("type")}]` : "";
    const text = (e.textContent || "").trim().replace(/\s+/g, " ").slice(0, 30);
    return `${e.localName}${id}${type}${text ? ` "${text}"` : ""}`;
  };
  // Contents of closed details have boxes in Chromium: checkVisibility knows better.
  const isSeen = (e) => e.checkVisibility({ visibilityProperty: true });

  // Language, title, landmark, headings.
  if (!/^[a-z]{2,3}(-|$)/i.test(document.documentElement.lang)) report("lang", "html has no language");
  if (!document.title.trim()) report("title", "the document has none");
  const mains = all("main, [role=main]").filter(isSeen);
  if (mains.length !== 1) report("main", `${mains.length} main landmarks instead of one`);
  const headings = all("h1, h2, h3, h4, h5, h6").filter(isSeen);
  const firsts = headings.filter((h) => h.localName === "h1").length;
  if (firsts !== 1) report("h1", `${firsts} headings of the first level instead of one`);
  let level = 0;
  for (const h of headings) {
    const now = Number(h.localName[1]);
    if (now > level + 1) report("heading order", `${name(h)} follows level ${level}`);
    if (!h.textContent.trim()) report("heading", `${name(h)} is empty`);
    level = now;
  }

  // Ids, and what points to them.
  const ids = new Map();
  for (const e of all("[id]")) ids.set(e.id, (ids.get(e.id) || 0) + 1);
  for (const [id, n] of ids) if (n > 1) report("duplicate id", `${id} stands ${n} times`);
  for (const attribute of ["for", "aria-labelledby", "aria-describedby", "aria-controls"]) {
    for (const e of all(`[${attribute}]`)) {
      for (const id of e.getAttribute(attribute).split(/\s+/).filter(Boolean)) {
        if (!ids.has(id)) report("dangling id", `${attribute}="${id}" of ${name(e)} names nothing`);
      }
    }
  }

  // Names. What is hidden from everybody needs none.
  const labelled = (e) => {
    if ((e.getAttribute("aria-label") || "").trim()) return true;
    const by = (e.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
    return by.some((id) => document.getElementById(id)?.textContent.trim());
  };
  for (const e of all("input, select, textarea")) {
    if (["hidden", "submit", "button", "reset", "image"].includes(e.type)) continue;
    if (labelled(e) || [...(e.labels || [])].some((l) => l.textContent.trim())) continue;
    report("label", `${name(e)} (${e.name}) has none`);
  }
  for (const e of all("img, input[type=image]")) {
    if (!e.hasAttribute("alt")) report("alt", `${name(e)} (${e.getAttribute("src")}) has none`);
  }
  for (const e of all("svg")) {
    if (e.closest("[aria-hidden=true]") || labelled(e) || e.querySelector("title")) continue;
    report("alt", "an svg has neither a name nor aria-hidden");
  }
  for (const e of all("button, a[href], summary, input[type=submit], input[type=button]")) {
    const inner = e.textContent.trim() || all("img[alt]", e).map((i) => i.alt).join("").trim();
    if (!inner && !labelled(e) && !(e.value || "").trim()) report("name", `${name(e)} has none`);
  }
  for (const e of all("fieldset")) {
    if (!e.querySelector(":scope > legend")?.textContent.trim() && !labelled(e)) report("legend", `${name(e)} has none`);
  }
  for (const e of all("table")) {
    if (!e.querySelector("th")) report("table", "one has no header cells");
  }
  for (const e of all("[tabindex]")) {
    if (e.tabIndex > 0) report("tabindex", `${name(e)} jumps the queue`);
  }

  // Contrast of each text with what is painted behind it.
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const paint = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return { r, g, b, a: a / 255 };
  };
  const over = (top, below) => {
    const mix = (t, b) => t * top.a + b * (1 - top.a);
    return { r: mix(top.r, below.r), g: mix(top.g, below.g), b: mix(top.b, below.b), a: 1 };
  };
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (e) => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return null;
      const layer = paint(style.backgroundColor);
      if (layer.a > 0) layers.push(layer);
      if (layer.a === 1) break;
    }
    // Canvas is the system colour of an empty page, light or dark as color-scheme has it.
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.color = "Canvas";
    const canvas = paint(getComputedStyle(probe).color);
    probe.remove();
    return layers.reduceRight((below, top) => over(top, below), canvas);
  };
  const judged = (e) => {
    if (!isSeen(e) || e.closest("[aria-hidden=true]") || e.disabled || e.closest("fieldset:disabled")) return;
    const style = getComputedStyle(e);
    const box = e.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1) return; // for readers of screens only
    const back = behind(e);
    if (!back) return report("contrast", `${name(e)} stands on a picture: it cannot be judged`);
    let opacity = 1;
    for (let at = e; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    const ink = paint(style.color);
    ink.a *= opacity;
    const [light, dark] = [luminance(over(ink, back)), luminance(back)].sort((x, y) => y - x);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) report("contrast", `${name(e)} has ${ratio.toFixed(2)} to 1`);
  };
  const ink = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    if (texts.currentNode.data.trim() && !e.closest("script, style, noscript, option, meter, progress")) ink.add(e);
  }
  for (const e of all("input, select, textarea")) if (e.type !== "hidden") ink.add(e);
  ink.forEach(judged);
  return found;
})()
