// The console's only script: it makes the copy buttons copy. Without it there
// are none, and the value beside can be selected.
"use strict";

document.documentElement.classList.add("js");

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  const said = button.querySelector("span");
  const label = button.dataset.label ?? (button.dataset.label = said.textContent);
  try {
    await navigator.clipboard.writeText(field.value);
    said.textContent = "Copied";
  } catch {
    // Without https a page may not write to the clipboard.
    field.focus();
    field.select();
    said.textContent = document.execCommand("copy") ? "Copied" : "Press Ctrl+C";
  }
  button.dataset.said = said.textContent;
  setTimeout(() => { said.textContent = label; }, 2000);
});
