/* The desk's comforts. Scans are sent one after another while the field stays ready for the next one, and what came of
   each stands above the older ones. Without this script each scan loads the page. */
(() => {
  const OLDER_KEPT = 20;
  const form = () => document.querySelector("[data-scan-form]");
  let queue = Promise.resolve();

  // randomUUID is there by https only, and a library's own network may have none.
  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  const busy = (on) => form()?.toggleAttribute("data-busy", on);

  const take = (from, selector) => {
    const mine = document.querySelector(selector), theirs = from.querySelector(selector);
    if (mine && theirs) mine.replaceWith(theirs);
  };

  const show = (answer) => {
    const told = answer.querySelector("[data-scan-told]"), log = document.querySelector("[data-scan-log]");
    if (!told || !log) return false;
    for (const older of log.children) older.classList.add("is-older");
    log.prepend(told);
    while (log.children.length > OLDER_KEPT) log.lastElementChild.remove();
    take(answer, ".counter-head");
    take(answer, "[data-scan-today]");
    return true;
  };

  const putBack = (typed) => {
    const field = document.querySelector("[data-scan]");
    if (field && !field.value) field.value = typed;
  };

  const send = async (scan, address, typed) => {
    busy(true);
    try {
      const response = await fetch(address, { method: "POST", body: scan, headers: { Accept: "text/html" } });
      const answer = new DOMParser().parseFromString(await response.text(), "text/html");
      // Not the address of the page: after a set was lent it is that of the set.
      const here = new URL(address).pathname, there = new URL(response.url).pathname;
      // Another patron's card, or a session that has ended: that page is the one to see.
      if (there === here && show(answer)) return;
      if (!response.ok || answer.querySelector(".signing")) {
        putBack(typed);
        form().dispatchEvent(new CustomEvent("telusur:unsent", { bubbles: true }));
      }
      location.assign(response.redirected ? response.url : address);
    } catch {
      // The network is away: nothing is known of this scan.
      putBack(typed);
      form()?.submit();
    } finally {
      busy(false);
    }
  };

  document.addEventListener("submit", (event) => {
    const scanned = event.target.closest?.("[data-scan-form]");
    const field = scanned?.querySelector("[data-scan]");
    if (!field || !field.value.trim()) return;
    event.preventDefault();
    const scan = new URLSearchParams(new FormData(scanned)), typed = field.value;
    // Each scan is its own deed, however fast they come.
    scan.set("key", newKey());
    field.value = "";
    field.focus();
    queue = queue.then(() => send(scan, scanned.action, typed));
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-print]")) print();
  });

  // A scanner types wherever the focus is; outside of any control it is meant for the field.
  document.addEventListener("keydown", (event) => {
    const field = document.querySelector("[data-scan]");
    const idle = document.activeElement === document.body || document.activeElement?.id === "judul-halaman";
    if (field && idle && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) field.focus();
  });
})();
