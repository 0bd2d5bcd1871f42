// What the reader's browser keeps: searches, for the reader alone, and saved titles. None of it is sent anywhere;
// a list of titles is an address that the reader opens.
(() => {
  const SEARCHES = 'telusur.riwayat';
  const TITLES = 'telusur.simpanan';
  const MOST = 100;
  const MOST_IN_ADDRESS = 7000;

  // A browser may forbid keeping, or hold what somebody else has written there.
  const read = (name, sound) => {
    try {
      const held = JSON.parse(localStorage.getItem(name));
      return Array.isArray(held) ? held.filter(sound).slice(0, MOST) : [];
    } catch { return []; }
  };
  const write = (name, held) => { try { localStorage.setItem(name, JSON.stringify(held)); return true; } catch { return false; } };
  const searches = () => read(SEARCHES, (one) => typeof one?.address === 'string' && one.address.startsWith('?') && typeof one.label === 'string');
  const titles = () => read(TITLES, (one) => typeof one === 'string' && one);

  const keepSearch = () => {
    const shown = document.querySelector('.results[data-search]');
    if (!shown) return;
    const { search: address, labelId, toldId, labelEn, toldEn } = shown.dataset;
    const held = searches();
    if (held[0]?.address === address && held[0].told === toldId && held[0].en) return;
    write(SEARCHES, [{ address, label: labelId, told: toldId, en: { label: labelEn, told: toldEn }, at: Date.now() }, ...held.filter((one) => one.address !== address)].slice(0, MOST));
  };

  const english = () => document.documentElement.lang === 'en';
  // Searches of before hold the words of the one language in which they were made.
  const inWords = (one) => (english() && typeof one.en?.label === 'string' ? one.en : one);
  const addressOf = (ids, inEnglish = english()) => {
    const params = new URLSearchParams();
    for (const id of ids) {
      if (params.toString().length + encodeURIComponent(id).length > MOST_IN_ADDRESS) break;
      params.append('ids', id);
    }
    if (inEnglish) params.set('hl', 'en');
    const query = params.toString();
    return query ? `/simpanan?${query}` : '/simpanan';
  };
  const listAddress = () => addressOf(titles());

  const mark = () => {
    const held = new Set(titles());
    document.querySelectorAll('button[data-save]').forEach((button) => button.setAttribute('aria-pressed', String(held.has(button.dataset.save))));
    document.querySelectorAll('a[data-key="saved"]').forEach((link) => {
      link.href = listAddress();
      link.querySelector('[data-saved-count]').textContent = held.size || '';
    });
    document.querySelectorAll('[data-save-none]').forEach((button) => { button.hidden = !held.size; }); // on a list of others, too
    document.querySelectorAll('[data-save-gone]').forEach((button) => { button.hidden = !shownOfOwn().length; });
  };

  const fill = () => {
    const page = document.querySelector('[data-history]');
    if (!page) return;
    const row = page.querySelector('template').content;
    const held = searches();
    page.querySelector('[data-none]').hidden = held.length > 0;
    page.querySelector('[data-some]').hidden = !held.length;
    page.querySelector('ol').replaceChildren(...held.map((one) => {
      const made = row.cloneNode(true);
      const link = made.querySelector('a');
      const when = new Date(one.at);
      const { label, told } = inWords(one);
      link.href = `/${one.address}${english() ? '&hl=en' : ''}`;
      link.textContent = label;
      made.querySelector('.kept-told').textContent = told || '';
      made.querySelector('time').textContent = Number.isNaN(when.getTime()) ? '' : when.toLocaleString(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
      const forget = made.querySelector('button');
      forget.setAttribute('aria-label', `${forget.dataset.name}: ${label}`);
      forget.dataset.forget = one.address;
      return made;
    }));
  };

  // What a page, or a part of it, offers to keep or to give up, in its order.
  const offered = (within = document) => [...within.querySelectorAll('[data-save]')].map((button) => button.dataset.save);
  const listShown = () => (document.querySelector('[data-saved-list]') ? new URLSearchParams(location.search).getAll('ids') : []);
  // A list that others have made stays as it is.
  const shownOfOwn = () => {
    const shown = listShown();
    const held = titles();
    return shown.every((id) => held.includes(id)) ? shown : [];
  };
  const LIST = '[data-saved-list]';
  // Without a connection: the list as it stands, but for these titles. Its files hold them, so they are not offered.
  const listWithout = (taken) => {
    const list = document.querySelector(LIST).cloneNode(true);
    list.querySelectorAll('.kept-tools, .for-query').forEach((one) => one.remove());
    list.querySelectorAll('.cards > li').forEach((card) => { if (taken.includes(card.querySelector('[data-save]').dataset.save)) card.remove(); });
    const there = offered(list);
    if (listShown().every((id) => there.includes(id))) list.querySelector('.kept-gone')?.remove();
    list.querySelector('[data-saved-none]').hidden = Boolean(list.querySelector('[data-save], .kept-gone'));
    return list;
  };
  // Drawn anew by the server, since its files and what is shared of it hold the same titles. aim: what gets the focus
  // in a list. otherwise: makes the list where there is no connection.
  const drawList = async (ids, aim, told, otherwise) => {
    const address = addressOf(ids);
    history.replaceState(null, '', address);
    document.querySelector('a[data-key="language"]').href = addressOf(ids, !english());
    let list = null;
    try {
      const answer = await fetch(address);
      if (!answer.ok) { location.assign(address); return; }
      list = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector(LIST);
    } catch { /* no connection */ }
    if (address !== location.pathname + location.search) return; // another one has been taken out since
    list ||= otherwise();
    document.querySelector(LIST).replaceWith(list);
    document.dispatchEvent(new CustomEvent('telusur:drawn'));
    const status = document.querySelector('[data-saved-status]');
    status.textContent = [status.dataset[told], list.querySelector('.for-query')?.textContent].filter(Boolean).join(' ');
    (aim(list) || list.querySelector('#judul-halaman')).focus();
  };
  const titleAt = (place) => (list) => { const all = list.querySelectorAll('[data-save]'); return all[Math.min(place, all.length - 1)]; };
  // The titles that were taken out last, what was kept and shown before, and the place of the first of them.
  let before = null;
  const takenOut = (was, left) => {
    before = { ...was, list: document.querySelector(LIST) };
    const undo = document.querySelector('[data-save-undo]');
    undo.hidden = false;
    // Of an emptied list nothing is left to go on from but to put it back.
    return drawList(left, (list) => titleAt(was.place)(list) || undo, 'removed', () => listWithout(was.taken));
  };
  const putBack = (undo) => {
    const { taken, held, shown, aim, list } = before;
    const kept = titles(); // another window may have kept more since, or given some up
    const back = held.filter((id) => taken.includes(id) || kept.includes(id));
    const all = [...back, ...kept.filter((id) => !back.includes(id))];
    const refused = all.length > MOST ? 'saved_full' : !write(TITLES, all) && 'saved_not';
    if (refused) { tellInList(refused); return undefined; }
    undo.hidden = true;
    mark();
    return drawList(shown, aim, 'restored', () => list);
  };

  const word = (name) => (telusur.words[english() ? 'en' : 'id'][name]).replace('{n}', MOST);
  // Beside the button that was pressed, with a way to the list, so that no title is kept, or left out, in silence.
  const tellBeside = (button, name) => {
    const told = Object.assign(document.createElement('span'), { className: 'save-told', textContent: `${word(name)} ` });
    told.append(Object.assign(document.createElement('a'), { href: listAddress(), textContent: word('saved_open') }));
    button.after(told);
    telusur.say(word(name));
  };

  const tellInList = (name) => { document.querySelector('[data-saved-status]').textContent = word(name); };

  const untell = () => document.querySelectorAll('.save-told').forEach((one) => one.remove());

  // Searches that are gone are seen to be gone; that they stay has to be read.
  const tellOfSearches = (stay) => {
    const place = document.querySelector('[data-history] [role="status"]');
    place.textContent = stay ? word('history_stays') : place.dataset.told;
    place.classList.toggle('visually-hidden', !stay);
  };

  const showAll = () => { keepSearch(); mark(); fill(); };

  document.addEventListener('click', async (event) => {
    const button = event.target.closest?.('button');
    if (!button) return;
    if (button.dataset.save) {
      if (event.detail > 1) return; // the second press of a double click would take back what the first has done
      const id = button.dataset.save;
      const held = titles();
      const shown = shownOfOwn();
      const place = offered().indexOf(id);
      const now = held.includes(id) ? held.filter((one) => one !== id) : [...held, id];
      untell();
      if (now.length > MOST) { tellBeside(button, 'saved_full'); return; }
      if (!write(TITLES, now)) { tellBeside(button, held.includes(id) ? 'saved_stays' : 'saved_not'); return; }
      mark();
      if (now.length === MOST) tellBeside(button, 'saved_last');
      if (shown.includes(id)) await takenOut({ taken: [id], held, shown, place, aim: titleAt(place) }, shown.filter((one) => one !== id));
    } else if (button.dataset.saveNone !== undefined) {
      const held = titles();
      if (!write(TITLES, [])) { tellInList('saved_stays'); return; }
      mark();
      await takenOut({ taken: held, held, shown: listShown(), place: 0, aim: (list) => list.querySelector('[data-save-none]') }, []);
    } else if (button.dataset.saveGone !== undefined) {
      const held = titles();
      const shown = shownOfOwn();
      const there = offered();
      const taken = shown.filter((id) => !there.includes(id));
      if (!write(TITLES, held.filter((id) => !taken.includes(id)))) { tellInList('saved_stays'); return; }
      mark();
      await takenOut({ taken, held, shown, place: 0, aim: (list) => list.querySelector('[data-save-gone]') }, there);
    } else if (button.dataset.saveUndo !== undefined) {
      await putBack(button);
    } else if (button.dataset.forget) {
      const place = [...document.querySelectorAll('[data-forget]')].indexOf(button);
      if (!write(SEARCHES, searches().filter((one) => one.address !== button.dataset.forget))) { tellOfSearches(true); return; }
      fill();
      const left = document.querySelectorAll('[data-forget]');
      (left[Math.min(place, left.length - 1)] || document.querySelector('#judul-halaman')).focus();
      tellOfSearches(false);
    } else if (button.dataset.forgetAll !== undefined) {
      if (!write(SEARCHES, [])) { tellOfSearches(true); return; }
      fill();
      document.querySelector('#judul-halaman').focus();
      tellOfSearches(false);
    } else if (button.dataset.copyAddress) {
      try { await navigator.clipboard.writeText(new URL(button.dataset.copyAddress, location.href).href); } catch { return; }
      telusur.copied(button);
    }
  });
  // The button comes after the whole list, so keys have a way of their own to it.
  document.addEventListener('keydown', (event) => {
    const undo = document.querySelector('[data-save-undo]:not([hidden])');
    if (!undo || event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    if (event.target.matches?.('input, textarea, select')) return; // there it takes back what was typed
    event.preventDefault();
    putBack(undo);
  });
  // What is kept was changed in another window, or on the page that one comes back from.
  const anew = () => { untell(); mark(); fill(); };
  window.addEventListener('storage', anew);
  window.addEventListener('pageshow', (event) => { if (event.persisted) anew(); });
  document.addEventListener('telusur:drawn', showAll);
  document.addEventListener('DOMContentLoaded', () => {
    document.documentElement.classList.add('scripted');
    if (document.querySelector('[data-saved-list]') && !new URLSearchParams(location.search).has('ids') && titles().length) location.replace(listAddress());
    showAll();
  });
})();
