// The reader of e-books: keys, what is remembered, the next picture beforehand, reading aloud. Without it pages turn
// by links, and text and picture can be switched all the same.
(() => {
  const book = document.querySelector('[data-reader]');
  if (!book) return;

  const keep = {
    get: (name) => { try { return localStorage.getItem(`telusur-${name}`); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(`telusur-${name}`, value); } catch { /* a private window */ } },
  };

  // ---- what was chosen before ----
  ['show', 'zoom'].forEach((name) => {
    const kept = keep.get(name);
    const input = [...book.querySelectorAll(`input[name="${name}"]`)].find((e) => e.value === kept);
    if (input) input.checked = true;
  });
  const letters = book.querySelector('input[name="letters"]');
  letters.checked = keep.get('letters') !== 'off';
  book.querySelector('.reader-keys').hidden = false;
  book.addEventListener('change', (event) => {
    const { name, value, checked } = event.target;
    if (name === 'show' || name === 'zoom') keep.set(name, value);
    if (name === 'letters') keep.set('letters', checked ? 'on' : 'off');
  });

  // ---- keys ----
  // Keys may be pressed faster than pages come: each turns on from the page that was asked for last. That one is fetched once
  // they rest, for a browser hears none while it goes from page to page; with a page on its way already, at once.
  const REST_MS = 150;
  const here = Number(book.dataset.page);
  let asked = here;
  let resting = 0;
  let onItsWay = false;
  const stay = () => { clearTimeout(resting); asked = here; onItsWay = false; };
  addEventListener('pageshow', (event) => { if (event.persisted) stay(); }); // one came back to it
  const go = (address) => { onItsWay = true; location.assign(address); };
  const follow = (selector) => {
    const link = book.querySelector(selector);
    if (link) { clearTimeout(resting); go(link.href); }
    return Boolean(link);
  };
  const turn = (step) => {
    const link = book.querySelector(`.reader-bar [rel="${step < 0 ? 'prev' : 'next'}"]`);
    const wanted = Math.min(Math.max(asked + step, 1), Number(book.dataset.pages));
    if (!link || wanted === asked) return Boolean(link);
    asked = wanted;
    const address = new URL(link.href);
    address.pathname = address.pathname.replace(/\d+$/, wanted);
    clearTimeout(resting);
    if (onItsWay) go(address);
    else if (wanted !== here) resting = setTimeout(go, REST_MS, address);
    return true;
  };
  const root = document.scrollingElement;
  const atTop = () => root.scrollTop <= 1;
  const atBottom = () => root.scrollTop + innerHeight >= root.scrollHeight - 2;
  const busy = (target) => target.closest?.('input, textarea, select, summary, [contenteditable], dialog, [role="dialog"]');
  const scrollsAside = (target) => {
    const box = target.closest?.('.page-picture');
    return box && box.scrollWidth > box.clientWidth + 1;
  };
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.isComposing || busy(event.target)) return;
    if (event.repeat && asked !== here) return; // held down, it turns as fast as pages can be seen
    const aside = scrollsAside(event.target);
    const turned = {
      ArrowLeft: () => !aside && turn(-1),
      ArrowRight: () => !aside && turn(1),
      // The page that comes is to be scrolled first.
      PageUp: () => asked === here && atTop() && turn(-1),
      PageDown: () => asked === here && atBottom() && turn(1),
      n: () => letters.checked && follow('[data-hit="next"]'),
      p: () => letters.checked && follow('[data-hit="previous"]'),
    }[event.key]?.();
    if (turned) event.preventDefault();
  });

  // ---- the next picture, once this one is there and nobody saves data ----
  const picture = book.querySelector('.page-image');
  const ahead = book.dataset.nextImage;
  const fetchAhead = () => { if (ahead && !navigator.connection?.saveData) new Image().src = ahead; };
  if (picture.complete && picture.naturalWidth) fetchAhead();
  else picture.addEventListener('load', fetchAhead, { once: true });

  // ---- a picture that could not be drawn just now, for others were being drawn, is asked for again ----
  const TRIES = 3;
  book.querySelectorAll('.page-sheet img').forEach((image) => {
    const address = image.src;
    let tries = 0;
    const failed = () => {
      tries += 1;
      if (tries < TRIES) setTimeout(() => { image.src = address; }, 2000 * tries);
    };
    image.addEventListener('error', failed);
    if (image.complete && image.currentSrc && !image.naturalWidth) failed();
  });

  // ---- reading aloud ----
  const voice = window.speechSynthesis;
  const panel = book.querySelector('.aloud');
  if (!voice || !window.SpeechSynthesisUtterance || !panel) return;
  const language = book.dataset.lang;
  const text = book.querySelector('.page-text');
  const voices = () => voice.getVoices();
  const offer = () => { if (voices().length) panel.hidden = false; };
  offer();
  voice.addEventListener?.('voiceschanged', offer);

  const button = (name) => panel.querySelector(`[data-aloud="${name}"]`);
  const state = (now) => {
    const held = panel.contains(document.activeElement);
    button('start').hidden = now !== 'silent';
    button('pause').hidden = now !== 'speaking';
    button('resume').hidden = now !== 'paused';
    button('stop').hidden = now === 'silent';
    if (held) panel.querySelector('button:not([hidden])').focus();
  };

  // Sentences as ranges of the page's own text, so that what is spoken can be shown without touching the page.
  const sentences = () => [...text.querySelectorAll('p')].flatMap((paragraph) => {
    const nodes = [];
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) nodes.push(walker.currentNode);
    const whole = paragraph.textContent;
    const cut = window.Intl?.Segmenter
      ? [...new Intl.Segmenter(language, { granularity: 'sentence' }).segment(whole)].map((s) => [s.index, s.segment])
      : [[0, whole]];
    const place = (offset) => {
      let left = offset;
      for (const node of nodes) {
        if (left <= node.length) return [node, left];
        left -= node.length;
      }
      return [nodes.at(-1), nodes.at(-1).length];
    };
    return cut.filter(([, said]) => said.trim()).map(([start, said]) => {
      const range = document.createRange();
      range.setStart(...place(start));
      range.setEnd(...place(start + said.length));
      return { said: said.replace(/\s+/g, ' ').trim(), range };
    });
  });
  const show = (range) => {
    if (!window.CSS?.highlights || !window.Highlight) return;
    if (range) CSS.highlights.set('telusur-aloud', new Highlight(range));
    else CSS.highlights.delete('telusur-aloud');
  };

  let run = 0;
  const speak = (left, mine) => {
    if (mine !== run) return;
    const [first, ...rest] = left;
    if (!first) { stop(); return; }
    const said = new SpeechSynthesisUtterance(first.said);
    said.lang = language;
    const fitting = voices().find((one) => one.lang.toLowerCase().replace('_', '-').startsWith(language.toLowerCase()));
    if (fitting) said.voice = fitting;
    said.onend = () => speak(rest, mine);
    said.onerror = () => { if (mine === run) stop(); };
    show(first.range);
    voice.speak(said);
  };
  const stop = () => {
    run += 1;
    voice.cancel();
    show(null);
    state('silent');
  };
  panel.addEventListener('click', (event) => {
    const asked = event.target.closest('[data-aloud]')?.dataset.aloud;
    if (asked === 'start') {
      stop();
      state('speaking');
      speak(sentences(), run);
    } else if (asked === 'pause') { voice.pause(); state('paused'); }
    else if (asked === 'resume') { voice.resume(); state('speaking'); }
    else if (asked === 'stop') stop();
  });
  addEventListener('pagehide', stop);
})();
