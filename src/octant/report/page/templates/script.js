"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const number = (cell) => (cell.dataset.v === undefined ? null : Number(cell.dataset.v));

  // A sorted table: the numbers of the cells decide, else their words; cells without either go last.
  const compare = (index, sign) => (one, other) => {
    const [a, b] = [one.cells[index], other.cells[index]];
    const [x, y] = [number(a), number(b)];
    if (x !== null && y !== null) return sign * (x - y);
    if (x !== null || y !== null) return x === null ? 1 : -1;
    const [s, t] = [a.textContent, b.textContent];
    if (!s || !t) return s ? -1 : t ? 1 : 0;
    return sign * s.localeCompare(t, "en", { numeric: true });
  };

  const sort = (table, heads, index) => {
    const head = heads[index];
    const first = head.classList.contains("r") ? "descending" : "ascending";
    const second = first === "ascending" ? "descending" : "ascending";
    const order = head.getAttribute("aria-sort") === first ? second : first;
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", order);
    const body = table.tBodies[0];
    body.append(...[...body.rows].sort(compare(index, order === "ascending" ? 1 : -1)));
  };

  const filter = (holder, table) => {
    const rows = [...table.tBodies[0].rows];
    const label = document.createElement("label");
    const input = document.createElement("input");
    const said = document.createElement("span");
    label.className = "filter";
    input.type = "search";
    input.placeholder = "Filter: every word must occur";
    input.setAttribute("aria-label", `Filter: ${table.caption.textContent}`);
    said.setAttribute("role", "status");
    const apply = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row) => {
        const text = row.textContent.toLowerCase().replaceAll("\u00a0", " ");
        row.hidden = !words.every((word) => text.includes(word));
        shown += row.hidden ? 0 : 1;
      });
      said.textContent = `${shown} of ${rows.length} rows`;
    };
    input.addEventListener("input", apply);
    label.append(input, said);
    holder.prepend(label);
    apply();
  };

  document.querySelectorAll(".sorts").forEach((holder) => {
    const table = holder.querySelector("table");
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", () => sort(table, heads, index));
      head.replaceChildren(button);
    });
    if (table.tBodies[0].rows.length > 10) filter(holder, table);
  });

  document.querySelectorAll(".folds").forEach((folds) => {
    const button = document.createElement("button");
    const all = [...folds.querySelectorAll("details")];
    const name = () => (all.every((each) => each.open) ? "Fold all" : "Unfold all");
    button.type = "button";
    button.className = "unfold";
    button.addEventListener("click", () => {
      const open = !all.every((each) => each.open);
      all.forEach((each) => (each.open = open));
      button.textContent = name();
    });
    button.textContent = name();
    folds.before(button);
  });

  const themes = { Auto: "as the system has them", Light: "light", Dark: "dark" };
  byId("theme").addEventListener("click", (event) => {
    const names = Object.keys(themes);
    const next = names[(names.indexOf(event.target.textContent) + 1) % names.length];
    event.target.textContent = next;
    event.target.setAttribute("aria-label", `Colours: ${themes[next]}`);
    if (next === "Auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next.toLowerCase();
  });

  byId("download").addEventListener("click", (event) => {
    const link = document.createElement("a");
    const blob = new Blob([byId("data").textContent], { type: "application/json" });
    link.href = URL.createObjectURL(blob);
    link.download = event.target.dataset.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  });

  document.querySelector(".tools").hidden = false;
})();
