// What the book as one page needs before it is printed: everything as wide as the paper, and numbers of pages.

// Make what is too wide smaller, but no smaller than can be read; code that is still too wide goes on in the next line.
function fit() {
  const shrink = (box, wide, room, least) => {
    if (wide > room) box.style.zoom = Math.max(room / wide, least);
  };
  for (const formula of document.querySelectorAll(".katex-display > .katex")) {
    shrink(formula, formula.scrollWidth, formula.parentElement.clientWidth, 0.4);
  }
  for (const table of document.querySelectorAll("table")) {
    shrink(table, table.scrollWidth, table.parentElement.clientWidth, 0.5);
  }
  for (const code of document.querySelectorAll("pre")) {
    code.style.setProperty("white-space", "pre", "important");
    shrink(code, code.scrollWidth, code.clientWidth, 0.75);
    code.style.removeProperty("white-space");
  }
}

// Write the number of its page beside each line of the contents.
function number(pages) {
  for (const line of document.querySelectorAll(".book-contents a")) {
    line.lastElementChild.textContent = pages[line.getAttribute("href").slice(1)];
  }
}

// The text of every heading, each formula once.
function headings() {
  return [...document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6)")].map((heading) => {
    const copy = heading.cloneNode(true);
    copy.querySelectorAll(".katex-mathml").forEach((formula) => formula.remove());
    return copy.textContent.replace(/\s+/g, " ").trim();
  });
}

// The characters of the text that no font has: they are drawn like one that no font can have.
async function missing() {
  await document.fonts.ready;
  const pen = new OffscreenCanvas(32, 32).getContext("2d", { willReadFrequently: true });
  pen.font = `20px ${getComputedStyle(document.querySelector("main")).fontFamily}`;
  const drawn = (sign) => {
    pen.clearRect(0, 0, 32, 32);
    pen.fillText(sign, 4, 24);
    return pen.getImageData(0, 0, 32, 32).data.join();
  };
  const nothing = drawn("\u{10ffff}");
  const text = document.querySelector("main").innerText;
  return [...new Set(text)].filter((sign) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(sign) && drawn(sign) === nothing);
}
