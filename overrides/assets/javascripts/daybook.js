/**
 * What pages can do besides being read. Every page is whole without it.
 */

/**
 * Put a button beside the permalink that copies it and says so.
 * @param {HTMLAnchorElement} link
 */
function addCopyButton(link) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "db-copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(link.href);
      button.textContent = "Copied";
    } catch {
      // Without leave to write, the address is selected instead: one key copies it.
      getSelection()?.selectAllChildren(link);
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  link.after(button);
}

for (const link of document.querySelectorAll("#permalink + p > a")) {
  if (link instanceof HTMLAnchorElement) addCopyButton(link);
}
