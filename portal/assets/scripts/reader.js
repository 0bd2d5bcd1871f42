// The reader of e-books: pages that turn without a document being loaded, keys, what is remembered, the next picture
// beforehand. Without it pages turn by links, and text and picture can be switched all the same.
(() => {
  const bookOf = (page) => page.querySelector('[data-reader]');
  let book = bookOf(document);
  if (!book) return;
  const here = () => Number(book.dataset.page);

  const keep = {
    get: (name) => { try { return localStorage.getItem(`telusur-${name}`); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(`telusur-${name}`, value); } catch { /* a private window */ } },
  };

  // ---- what was chosen before ----
  const letters = () => book.querySelector('input[name="letters"]');
  const chooseAgain = () => {
    ['show', 'zoom'].forEach((name) => {
      const kept = keep.get(name);
      const input = [...book.querySelectorAll(`input[name="${name}"]`)].find((e) => e.value === kept);
      if (input) input.checked = true;
    });
    letters().checked = keep.get('letters') !== 'off';
    book.querySelector('.reader-keys').hidden = false;
  };
  document.addEventListener('change', (event) => {
    if (!book.contains(event.target)) return;
    const { name, value, checked } = event.target;
    if (name === 'show' || name === 'zoom') keep.set(name, value);
    if (name === 'letters') keep.set('letters', checked ? 'on' : 'off');
  });

  // ---- the next picture, once this one is there and nobody saves data ----
  const fetchAhead = () => {
    const picture = book.querySelector('.page-image');
    const { nextImage } = book.dataset;
    const fetchIt = () => { if (nextImage && !navigator.connection?.saveData) new Image().src = nextImage; };
    if (picture.complete && picture.naturalWidth) fetchIt();
    else picture.addEventListener('load', fetchIt, { once: true });
  };

  // ---- a picture that could not be drawn just now, for others were being drawn, is asked for again ----
  const TRIES = 3;
  const askAgain = () => book.querySelectorAll('.page-sheet img').forEach((image) => {
    const address = image.src;
    let tries = 0;
    const failed = () => {
      tries += 1;
      if (tries < TRIES) setTimeout(() => { if (image.isConnected) image.src = address; }, 2000 * tries);
    };
    image.addEventListener('error', failed);
    if (image.complete && image.currentSrc && !image.naturalWidth) failed();
  });

  const opened = () => { chooseAgain(); fetchAhead(); askAgain(); };
  opened();

  // ---- turning: a page takes the place of the one before, and its address that of the window ----
  const busy = (target) => target.closest?.('input, textarea, select, summary, [contenteditable], dialog, [role="dialog"]');
  // What is pressed again and again keeps the focus, and is in sight; on a phone that is the bar below. So does a field of the
  // reader, with what was typed into it meanwhile, and whatever somebody types into elsewhere. Else the focus goes to the
  // heading, as a page is begun.
  const KEPT = [
    '.reader-bar [rel="prev"]', '.reader-bar [rel="next"]', '.reader > .turn [rel="prev"]', '.reader > .turn [rel="next"]',
    '[data-hit="previous"]', '[data-hit="next"]', '.page-picture', '#hlm', '#q-inside',
  ];
  const inSight = (element) => element.getBoundingClientRect().bottom <= innerHeight;
  const keptOf = (selector) => {
    const kept = selector && book.querySelector(selector);
    return kept && (!kept.matches('.reader > .turn *') || inSight(kept)) ? kept : null;
  };
  const begin = (held, back) => {
    if (!book.contains(document.activeElement) && busy(document.activeElement)) return;
    const kept = keptOf(held);
    (kept || book.querySelector('h1')).focus({ preventScroll: back || !kept || kept.matches('.page-picture') });
  };
  // back: the window scrolls by itself to where it was.
  const draw = (page, back) => {
    const active = document.activeElement;
    const held = KEPT.find((selector) => active?.matches(selector));
    const next = bookOf(page);
    if (held && active.matches('input') && active.value !== active.defaultValue) next.querySelector(held).replaceWith(active);
    book.replaceWith(next);
    book = next;
    document.title = page.title;
    const language = (within) => within.querySelector('a[data-key="language"]');
    language(document).href = language(page).href;
    opened();
    document.dispatchEvent(new CustomEvent('telusur:drawn'));
    if (!back) scrollTo({ top: 0, behavior: 'instant' });
    begin(held, back);
    telusur.say([...book.querySelectorAll('.reader-bar .turn-place, .hits-line strong')].map((e) => e.textContent).join('. '));
  };

  // Keys may be pressed faster than pages come: each turns on from the page that was asked for last. With one on its way
  // already, that one is fetched once they rest.
  const REST_MS = 150;
  const addressHere = () => location.pathname + location.search;
  let shown = addressHere();
  let asked = here();
  let resting = 0;
  let onItsWay = null;
  let drawnAt = 0;
  const arrived = () => { onItsWay = null; book.removeAttribute('aria-busy'); };
  const stay = () => {
    clearTimeout(resting);
    onItsWay?.abort();
    asked = here();
    arrived();
  };
  // Without a connection the browser's own page would take the place of the one that is read.
  const lost = () => book.querySelectorAll('.reader-lost');
  const tellLost = () => {
    lost().forEach((line) => line.remove()); // told again, it is said again
    const line = Object.assign(document.createElement('p'), { className: 'reader-problem reader-lost', role: 'alert' });
    line.textContent = (telusur.words[document.documentElement.lang] || telusur.words.en).page_stays;
    book.querySelector(':scope > .turn').prepend(line);
  };
  addEventListener('online', () => lost().forEach((line) => line.remove()));
  const fetched = async (address, signal) => {
    try {
      const answer = await fetch(address, { signal });
      return answer.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html') : null;
    } catch { return null; }
  };
  // back: the window has the address already.
  const open = async (address, number, back = false) => {
    clearTimeout(resting);
    onItsWay?.abort();
    const mine = new AbortController();
    onItsWay = mine;
    asked = number;
    book.setAttribute('aria-busy', 'true');
    const page = await fetched(address, mine.signal);
    if (mine !== onItsWay) return; // another one was asked for since
    if (!page && !navigator.onLine) { stay(); tellLost(); return; }
    if (!page || !bookOf(page)) { location.assign(address); return; } // it says why, or how to go on
    if (!back) history.pushState(null, '', address);
    shown = addressHere();
    draw(page, back);
    drawnAt = performance.now();
    arrived();
  };
  const pageOf = (link) => (link.pathname.startsWith('/baca/') ? Number(link.pathname.match(/\/(\d+)$/)?.[1]) : 0);
  const addressOf = (number) => {
    const address = new URL(book.querySelector('.turn [rel]').href);
    address.pathname = address.pathname.replace(/\d+$/, number);
    return address;
  };
  const turnTo = (number) => {
    asked = number;
    clearTimeout(resting);
    if (number === here()) {
      if (addressHere() !== shown) history.pushState(null, '', shown); // the window was on its way back
      stay();
    } else if (onItsWay) resting = setTimeout(open, REST_MS, addressOf(number), number);
    else open(addressOf(number), number);
  };
  const turn = (step) => {
    const wanted = Math.min(Math.max(asked + step, 1), Number(book.dataset.pages));
    if (wanted === asked) return false;
    turnTo(wanted);
    return true;
  };
  const turnToHit = (step) => {
    const hits = [...book.querySelectorAll('.found-list a')].map(pageOf);
    const wanted = step > 0 ? hits.find((page) => page > asked) : hits.filter((page) => page < asked).at(-1);
    if (wanted) turnTo(wanted);
    return Boolean(wanted);
  };
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.('a');
    if (!link || !book.contains(link) || !pageOf(link) || pageOf(link) === here()) return;
    event.preventDefault();
    open(link.href, pageOf(link));
  });
  const follow = () => {
    if (addressHere() === shown) stay(); // only another place on this page
    else open(location.href, pageOf(location) || here(), true);
  };
  addEventListener('popstate', follow);
  addEventListener('pageshow', (event) => { if (event.persisted) follow(); }); // one came back to it

  // ---- keys ----
  const HELD_MS = 250; // held down, a key turns no faster than pages can be seen
  const root = document.scrollingElement;
  const atTop = () => root.scrollTop <= 1;
  const atBottom = () => root.scrollTop + innerHeight >= root.scrollHeight - 2;
  const scrollsAside = (target) => {
    const box = target.closest?.('.page-picture');
    return box && box.scrollWidth > box.clientWidth + 1;
  };
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.isComposing || busy(event.target)) return;
    if (event.repeat && (asked !== here() || performance.now() - drawnAt < HELD_MS)) return;
    const aside = scrollsAside(event.target);
    const turned = {
      ArrowLeft: () => !aside && turn(-1),
      ArrowRight: () => !aside && turn(1),
      // The page that comes is to be scrolled first.
      PageUp: () => asked === here() && atTop() && turn(-1),
      PageDown: () => asked === here() && atBottom() && turn(1),
      n: () => letters().checked && turnToHit(1),
      p: () => letters().checked && turnToHit(-1),
    }[event.key]?.();
    if (turned) event.preventDefault();
  });
})();
