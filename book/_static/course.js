// Names, tab stops and search results as the theme does not make them.
document.addEventListener("DOMContentLoaded", () => {
  for (const named of document.querySelectorAll(".search-button-field, details.hide > summary")) {
    named.removeAttribute("aria-label"); // their own text names them better
  }
  const sidebar = document.querySelector(".bd-sidebar-primary");
  sidebar?.setAttribute("role", "complementary");
  sidebar?.setAttribute("aria-label", "Course");
  for (const box of document.querySelectorAll(".katex-display")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
  const { dataset } = document.documentElement; // paper is white by night too
  let onScreen;
  addEventListener("beforeprint", () => { onScreen = dataset.theme; dataset.theme = "light"; });
  addEventListener("afterprint", () => { dataset.theme = onScreen; });
  const toText = Search.htmlToText; // a formula is in the page three times; show it once
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll(".katex-html, annotation").forEach((copy) => copy.remove());
    return toText(page.documentElement.outerHTML, anchor);
  };
});
