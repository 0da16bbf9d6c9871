// Evaluated in a page: finds all that a keyboard must reach, in the order of the
// document, remembers how each looks without the focus, and puts the focus before
// the first. Returns their names.
(() => {
  const look = (e) => {
    const s = getComputedStyle(e);
    return [s.outlineStyle, s.outlineWidth, s.boxShadow, s.borderColor, s.backgroundColor].join(" ");
  };
  const isStop = (e) => {
    if (e.disabled || e.type === "hidden" || e.tabIndex < 0) return false;
    if (!e.checkVisibility({ visibilityProperty: true })) return false;
    if (e.type !== "radio" || !e.name) return true;
    // Of a group of radio buttons Tab reaches the chosen one, or the first where none is.
    const group = [...document.querySelectorAll("input[type=radio]")].filter((r) => r.name === e.name && r.form === e.form);
    return e === (group.find((r) => r.checked) || group[0]);
  };
  document.activeElement?.blur();
  const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(isStop);
  window.keyboardStops = stops.map((e) => ({ element: e, before: look(e) }));
  window.keyboardLook = look;
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
  return stops.map((e) => `${e.localName}${e.id ? "#" + e.id : ""} "${(e.textContent || e.name || "").trim().slice(0, 30)}"`);
})()
