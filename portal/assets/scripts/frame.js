// Small help: pickers close when left, tabs are drawn to the one that is open, what scripts have to tell is said, and what
// Streamlit's frame says in English is said in the page's language. Everything works without it.
(() => {
  const { words } = telusur;
  const made = () => {
    const live = document.body.appendChild(Object.assign(document.createElement('div'), { id: 'skrip-live', className: 'visually-hidden' }));
    live.setAttribute('role', 'status');
    return live;
  };
  const liveOf = () => document.getElementById('portal-live') || document.getElementById('skrip-live') || made();
  // Said by screen readers at once. Emptied first, since the same text again would not be said.
  telusur.say = (text) => {
    const live = liveOf();
    live.textContent = '';
    requestAnimationFrame(() => { live.textContent = text; });
  };
  // A button tells for a while that what it copies was copied.
  const TOLD_MS = 2000;
  telusur.copied = (button) => {
    const { textContent: said, dataset: { copied } } = button;
    if (said === copied) return;
    button.textContent = copied;
    telusur.say(copied);
    setTimeout(() => { button.textContent = said; }, TOLD_MS);
  };
  // Of a place that comes with its first text, some of them say nothing.
  document.addEventListener('DOMContentLoaded', () => { if (document.querySelector('.plain-page')) liveOf(); });
  // What Streamlit calls its parts, and our word for it.
  const names = { 'Clear entry': 'clear' };
  const tick = () => {
    const own = words[document.documentElement.lang] || words.en;
    const skip = document.querySelector('[data-testid="stSkipToContent"]');
    if (skip && skip.textContent !== own.skip) skip.textContent = own.skip;
    document.querySelectorAll('[data-testid="stTextInput"] [aria-label]').forEach((e) => {
      const word = own[names[e.getAttribute('aria-label')]];
      if (word) e.setAttribute('aria-label', word);
    });
    const form = document.querySelector('.st-key-band [data-testid="stForm"]');
    if (form && form.getAttribute('aria-label') !== own.search) {
      form.setAttribute('role', 'search');
      form.setAttribute('aria-label', own.search);
    }
    document.querySelectorAll('[data-testid="stDialog"] [role="dialog"]').forEach((dialog) => tellLost(dialog, own));
  };

  // The frame's own text is hidden, not taken out: the frame still changes it.
  const tellLost = (dialog, own) => {
    const title = dialog.querySelector('h2');
    if (title?.textContent !== 'Connection error') return;
    title.textContent = own.lost;
    dialog.querySelector('button[aria-label="Close"]')?.setAttribute('aria-label', own.close);
    const body = title.nextElementSibling;
    body.hidden = true;
    body.style.display = 'none';
    const told = document.createElement('p');
    const link = document.createElement('a');
    link.href = '/cari' + location.search;
    link.textContent = own.plain;
    told.append(`${own.lost_text} `, link, '.');
    body.after(told);
  };

  // Without a connection the browser's own page would take the place of what is read: what was asked for is opened once
  // there is one again.
  let wanted = '';
  let asked = 0;
  const offline = () => document.getElementById('tanpa-sambungan');
  const unasked = () => { clearTimeout(asked); offline()?.remove(); wanted = ''; };
  const tellOffline = () => {
    offline()?.remove(); // told again, it is said again
    if (matchMedia('(pointer: coarse)').matches) document.activeElement?.blur(); // its keyboard would lie over what is told
    const own = words[document.documentElement.lang] || words.en;
    const asker = document.activeElement;
    const box = Object.assign(document.createElement('div'), { id: 'tanpa-sambungan', className: 'offline' });
    const told = Object.assign(document.createElement('p'), { textContent: own.asked_waits });
    told.setAttribute('role', 'alert');
    const close = Object.assign(document.createElement('button'), { type: 'button', textContent: '×', ariaLabel: own.close });
    close.onclick = () => { unasked(); asker?.focus({ preventScroll: true }); };
    box.append(told, close);
    document.body.append(box);
  };
  // A catalogue on this very machine answers without any connection.
  const answers = () => fetch('/aset/favicon.svg', { method: 'HEAD', cache: 'no-store' }).then(() => true, () => false);
  const waits = async (href) => {
    wanted = href;
    if (navigator.onLine || await answers()) return false;
    if (wanted === href) tellOffline();
    return true;
  };
  const go = async (href) => { if (!await waits(href)) { unasked(); location.assign(href); } };
  const means = (url) => { const { pathname, searchParams } = new URL(url, location.href); searchParams.sort(); return `${pathname}?${searchParams}`; };
  // A session that outlived a short loss still hears what was asked for: opened twice, Back would lead to the same page.
  const HEARD_MS = 1500;
  addEventListener('online', () => setTimeout(() => {
    if (!offline()) return;
    if (means(wanted) === means(location.href)) unasked(); else go(wanted);
  }, HEARD_MS));
  // At the window, so that scripts that follow a link or a form by themselves have had their turn.
  addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    if (navigator.onLine || event.defaultPrevented || !link || link.target || link.hasAttribute('download')) return;
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return; // for a window of its own
    if (link.origin !== location.origin || (link.hash && means(link.href) === means(location.href))) return;
    event.preventDefault();
    go(link.href);
  });
  addEventListener('submit', (event) => {
    const form = event.target;
    if (navigator.onLine || event.defaultPrevented || form.method !== 'get') return;
    event.preventDefault();
    go(`${form.action}?${new URLSearchParams(new FormData(form, event.submitter))}`);
  });

  // What a lost session did not hear is asked for by a page load.
  const PATIENCE_MS = 6000;
  const ensure = async (href) => {
    unasked();
    const before = location.href;
    const patience = setTimeout(() => {
      if (location.href === before && means(href) !== means(before)) go(href);
    }, PATIENCE_MS);
    asked = patience;
    if (await waits(href)) clearTimeout(patience);
  };
  const submitted = () => {
    const box = document.querySelector('.st-key-band input[type="search"]');
    if (!box) return;
    const params = new URLSearchParams(location.search);
    telusur.ofTheText.forEach((name) => params.delete(name));
    if (box.value.trim()) params.set('q', box.value.trim());
    ensure(`/?${params}`);
  };
  document.addEventListener('telusur:go', (event) => ensure(event.detail));
  window.addEventListener('popstate', unasked);
  document.addEventListener('click', (event) => {
    if (event.target.closest('.st-key-band [data-testid="stFormSubmitButton"] button')) submitted();
    if (!event.target.closest('[data-testid="stSkipToContent"]')) return;
    event.preventDefault();
    event.stopPropagation(); // the frame would go to its main part, which holds the masthead and the box
    document.querySelector('#judul-halaman')?.focus();
  }, true);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.isComposing && event.target.matches?.('.st-key-band input[type="search"]')) submitted();
  }, true);

  const leave = (event) => document.querySelectorAll('details:is(.picker, .ways)[open]').forEach((picker) => {
    if (event.key === 'Escape') { picker.open = false; picker.querySelector('summary').focus(); }
    else if (event.type === 'click' && !picker.contains(event.target)) picker.open = false;
  });
  document.addEventListener('click', leave);
  document.addEventListener('keydown', leave);

  // On a phone a tab, a cover or a child's subject may lie outside of its line: the tab that is open, and what keys come to,
  // are drawn into it. Browsers leave alone what is in it by an edge.
  const IN_LINES = ':is(.tabs li > a, .children-topics a, :is(.cover-shelf, .shelf-row) a):focus-visible';
  document.addEventListener('focusin', (event) => {
    if (event.target.matches?.(IN_LINES)) event.target.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
  });
  document.addEventListener('DOMContentLoaded', () => {
    const current = document.querySelector('.tabs [aria-current]'), row = current?.closest('ul');
    if (row) row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
  });

  let waiting = 0;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = setTimeout(() => { waiting = 0; tick(); }, 150);
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ['lang'] });
})();
