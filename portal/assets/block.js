// One block of the portal's own HTML. Links marked data-go are followed by the server, without a
// page load; with a modifier key, or without this script, they are ordinary links.
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.telusur');
  const first = root.dataset.drawn === undefined;
  const drawn = root._html !== data.html;
  if (drawn) draw(root, data, first);
  root.onclick = (event) => {
    const link = event.target.closest('a[data-go]');
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button) return;
    event.preventDefault();
    const href = link.getAttribute('href');
    setTriggerValue('go', href);
    document.dispatchEvent(new CustomEvent('telusur:go', { detail: href }));
  };
  root.onsubmit = (event) => {
    const form = event.target.closest('form[data-go]');
    if (!form) return;
    event.preventDefault();
    const href = `/?${new URLSearchParams(new FormData(form))}`;
    setTriggerValue('go', href);
    document.dispatchEvent(new CustomEvent('telusur:go', { detail: href }));
  };
  root._go = (href) => setTriggerValue('go', href);
  // What stands outside of the block leads elsewhere through it too: suggestions, the scope beside the box.
  if (data.view && first) {
    document.addEventListener('telusur:follow', (event) => {
      if (!root.isConnected || event.defaultPrevented) return;
      event.preventDefault();
      root._go(event.detail);
      document.dispatchEvent(new CustomEvent('telusur:go', { detail: event.detail }));
    });
  }
  document.documentElement.lang = data.lang;
  if (data.view) arrive(root, data, first, drawn);
}

function draw(root, data, first) {
  const held = root.contains(document.activeElement) ? document.activeElement : null;
  const focusedKey = held?.closest('[data-key]')?.dataset.key;
  const sameView = (root._view ?? '') === data.view;
  const opened = new Map();
  if (sameView || root.querySelector('.facets')) {
    root.querySelectorAll('details[data-key]').forEach((d) => opened.set(d.dataset.key, d.open));
  }
  root.innerHTML = data.html;
  root._html = data.html;
  root.dataset.drawn = '';
  root.querySelectorAll('details[data-key]').forEach((d) => {
    if (d.matches('.picker, .ways')) return; // these close once something is picked
    if (opened.has(d.dataset.key)) d.open = opened.get(d.dataset.key);
    else if (d.classList.contains('facets-sheet')) d.open = window.matchMedia('(min-width: 56rem)').matches;
  });
  document.dispatchEvent(new CustomEvent('telusur:drawn'));
  // The heading has no key: it holds the focus after a way back, and keeps it on the next.
  if ((focusedKey || held?.id === 'judul-halaman') && sameView && !first) {
    const again = focusedKey && [...root.querySelectorAll('[data-key]')].find((e) => e.dataset.key === focusedKey);
    // What was picked may lie in a picker that is closed by now.
    const closed = again?.checkVisibility?.() ? null : again?.closest('details:is(.picker, .ways):not([open])')?.querySelector('summary');
    (closed || again || document.querySelector('#judul-halaman'))?.focus({ preventScroll: true });
  }
}

// A new page: say so, begin at its top and put the focus on its heading.
function arrive(root, data, first, drawn) {
  const changed = root._view !== data.view;
  root._view = data.view;
  const live = document.getElementById('portal-live');
  if (live && (changed || drawn)) { // emptied first, since the same text again would not be said
    live.textContent = '';
    requestAnimationFrame(() => { live.textContent = data.announce; });
  }
  if (!changed || first) return;
  document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  window.scrollTo(0, 0);
  if (document.activeElement?.type === 'search') return; // a reader who types on keeps the box
  document.querySelector('#judul-halaman')?.focus({ preventScroll: true });
}
