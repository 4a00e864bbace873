/**
 * A site unpacked on a disk and opened without a server: no page of a folder is found there, and no
 * module runs. Leads links to the files, and says what does not work. Loaded by palette.js there;
 * where a site has one palette only, by every page.
 */
{
  /** What needs a server, by the page's kind. */
  const NEEDING = { search: "Searching", "reading-list": "The reading list" };

  const lead = () => {
    for (const link of document.querySelectorAll("a[href]")) {
      if (!(link instanceof HTMLAnchorElement)) continue;
      if (link.protocol === "file:" && link.pathname.endsWith("/")) link.pathname += "index.html";
    }
  };

  // As where no script runs: a link to the search page instead of a field.
  const withoutSearch = () => {
    document.querySelector(".db-box__whole")?.remove();
    document.querySelector(".db-box")?.classList.remove("db-box");
    document.querySelector("db-search-page")?.replaceChildren();
  };

  const tell = () => {
    for (const [kind, what] of Object.entries(NEEDING)) {
      const note = document.createElement("p");
      note.className = "db-offline";
      note.textContent = `${what} needs a web server, and this copy was opened from a file. Everything can be read here all the same.`;
      document.querySelector(`.db-${kind} > h1`)?.after(note);
    }
  };

  const start = () => {
    lead();
    withoutSearch();
    tell();
  };
  if (location.protocol === "file:") {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
    else start();
  }
}
