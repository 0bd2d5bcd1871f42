// Pages of the catalogue are the same for everybody; whether a title is there now, and what the reader has of it, is
// asked for here and written into them. Without this script a link leads to a page that tells.
(() => {
  const FRESH_MS = 60_000;
  const titles = new Map(); // id -> what is known of it, and since when
  const keys = new Map(); // id -> the key of the wish, the same for every click on one button
  let mine = null;
  let asking = null;

  const hl = () => document.documentElement.lang || 'id';
  const words = () => telusur.words[hl()] || telusur.words.en;
  const places = () => [...document.querySelectorAll('[data-live]')];
  const asked = async (address, options = {}) => {
    const answer = await fetch(address, { credentials: 'same-origin', ...options, headers: { Accept: 'application/json', ...options.headers } });
    const told = await answer.json();
    return { ok: answer.ok, told };
  };

  // ---- what is known

  const askTitles = async () => {
    const now = Date.now();
    const known = (id) => titles.get(id)?.hl === hl() && now - titles.get(id).at < FRESH_MS;
    const wanted = [...new Set(places().map((place) => place.dataset.live))].filter((id) => !known(id)).slice(0, 100);
    if (!wanted.length) return;
    const language = hl();
    wanted.forEach((id) => titles.set(id, { ...titles.get(id), at: now, hl: language }));
    const params = new URLSearchParams(wanted.map((id) => ['id', id]));
    if (language === 'en') params.set('hl', 'en');
    try {
      const { ok, told } = await asked(`/api/v1/availability?${params}`);
      if (!ok) throw new Error('no answer');
      Object.entries(told.titles).forEach(([id, title]) => titles.set(id, { ...title, at: now, hl: language }));
    } catch { wanted.forEach((id) => titles.delete(id)); }
    draw();
  };

  const askMine = async () => {
    asking ||= asked('/akun/status.json').then(({ ok, told }) => { mine = ok ? told : null; }).catch(() => { mine = null; }).finally(() => { asking = null; });
    await asking;
    draw();
  };

  // ---- what is shown

  const counted = () => document.querySelectorAll('a[data-key="account"]').forEach((link) => {
    let count = link.querySelector('[data-account-count]');
    const n = (mine?.ready || 0) + (mine?.late || 0);
    if (!count && n) { count = document.createElement('span'); count.dataset.accountCount = ''; count.className = 'masthead-count'; link.append(' ', count); }
    if (count) count.textContent = n || '';
    if (count) count.hidden = !n;
  });

  const write = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };

  const drawn = (place) => {
    const title = titles.get(place.dataset.live);
    const link = place.querySelector('[data-live-go]');
    if (!title?.text || !link) return;
    write(place.querySelector('[data-live-words]'), [title.text, title.waiting].filter(Boolean).join(' · '));
    place.dataset.state = title.state;
    const own = words();
    const id = place.dataset.live;
    const held = mine?.holds?.[id];
    const lent = mine?.loans?.includes(id);
    place.closest('.record-head')?.toggleAttribute('data-live-known', title.state !== 'unknown');
    if (lent || held) {
      write(link, lent ? own.on_loan : own.held);
      link.removeAttribute('aria-label');
      link.setAttribute('href', lent ? '/akun/pinjaman' : '/akun/reservasi');
      delete link.dataset.hold;
      link.classList.remove('is-button');
    } else if (title.licensed) {
      write(link, own.licensed);
      link.setAttribute('href', title.href + (hl() === 'en' ? '?hl=en' : ''));
      link.classList.add('is-button');
    } else if (title.hold) {
      write(link, own.hold);
      link.setAttribute('aria-label', `${own.hold_title}${place.dataset.title}`);
      link.setAttribute('href', title.href + (hl() === 'en' ? '?hl=en' : ''));
      link.dataset.hold = id;
      link.classList.add('is-button');
    }
    const something = title.copies > 0 || title.licensed || held || lent;
    // The record's head has a button of its own to borrow an e-book.
    const twice = title.licensed && !held && !lent && place.closest('.record-head')?.querySelector('[data-borrow]');
    link.hidden = !something || Boolean(twice);
    if (something) place.hidden = false; // the record said nothing of copies
  };
  const draw = () => { places().forEach(drawn); counted(); };

  // ---- asking for a title, in one click, and taking that back

  const outcome = (place, text, undo) => {
    let told = place.querySelector('[data-told]');
    if (!told) { told = document.createElement('span'); told.dataset.told = ''; told.className = 'live-told'; place.append(told); }
    told.textContent = text;
    if (undo) {
      const button = Object.assign(document.createElement('button'), { type: 'button', textContent: words().undo });
      button.dataset.undo = undo;
      told.append(' ', button);
    }
    telusur.say(text);
  };
  const posted = (address, fields) => asked(address + (hl() === 'en' ? '?hl=en' : ''), { method: 'POST', body: new URLSearchParams({ token: mine.token, ...fields }) });

  const place = async (link, around) => {
    const id = link.dataset.hold;
    if (link.getAttribute('aria-busy') === 'true') return;
    link.setAttribute('aria-busy', 'true');
    if (!keys.has(id)) keys.set(id, crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(16).slice(2)}`);
    try {
      const { told } = await posted('/akun/reservasi', { dokumen: id, ambil: mine.pickup, key: keys.get(id) });
      outcome(around, told.text || words().failed, told.undo);
      if (told.done) { titles.delete(id); await Promise.all([askMine(), askTitles()]); }
    } catch {
      await askMine();
      if (mine && !mine.signed_in) { location.assign(link.href); return; } // signed out meanwhile: that page says how to go on
      outcome(around, words().failed);
    }
    link.removeAttribute('aria-busy');
  };

  const undo = async (button) => {
    const around = button.closest('[data-live]');
    const id = around.dataset.live;
    try {
      const { told } = await posted(button.dataset.undo, {});
      outcome(around, told.text || words().failed);
      if (told.done) { keys.delete(id); titles.delete(id); await Promise.all([askMine(), askTitles()]); }
    } catch { outcome(around, words().failed); }
    around.querySelector('[data-live-go]')?.focus();
  };

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('button[data-undo]');
    if (button) { undo(button); return; }
    const link = event.target.closest?.('a[data-hold]');
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button) return;
    if (!mine?.signed_in || !mine.pickup) return; // the page asks what is missing
    event.preventDefault();
    place(link, link.closest('[data-live]'));
  });

  // ---- titles that this browser keeps, offered to the reader's lists

  const offerTitles = () => {
    const panel = document.querySelector('[data-merge]');
    if (!panel) return;
    let held = [];
    try { held = JSON.parse(localStorage.getItem('telusur.simpanan')) || []; } catch { /* nothing is held */ }
    held = Array.isArray(held) ? held.filter((id) => typeof id === 'string' && id) : [];
    panel.hidden = !held.length;
    panel.querySelector('[name="ids"]').value = held.join('\n');
    const told = panel.querySelector('[data-merge-told]');
    told.textContent = `${held.length} · ${told.dataset.one}`;
  };

  // ---- when

  let known = '';
  const look = () => {
    if (!places().length && !document.querySelector('a[data-key="account"]')) return;
    draw();
    askTitles();
    // Who is signed in does not change while a page stands, but for its language.
    if (known !== hl()) { known = hl(); askMine(); }
  };
  document.addEventListener('telusur:drawn', look);
  document.addEventListener('DOMContentLoaded', () => { look(); offerTitles(); });
  window.addEventListener('pageshow', (event) => { if (event.persisted) askMine(); });
})();
