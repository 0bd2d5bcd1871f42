// On a phone: the search box stays in sight, and filters wait in a sheet that stays open until the reader has
// picked enough. Without this script the page scrolls and loads as any other.
(() => {
  const OPEN = 'telusur.saringan';
  const MOST_OF_WINDOW = 0.2; // large text makes the box as tall as a page would be
  const narrow = window.matchMedia('(max-width: 55.99rem)');
  const root = document.documentElement;
  let above = 0;

  const bandOf = () => document.querySelector('.st-key-band, .telusur.band');
  const measure = () => {
    const band = bandOf();
    if (band) grown.observe(band); // it is another after the page was drawn anew; observed twice is observed once
    const top = band?.querySelector('.st-key-box, .searchform input[type="search"]')?.getBoundingClientRect().top;
    const bottom = band?.querySelector('.st-key-box, .searchform button')?.getBoundingClientRect().bottom;
    const wanted = narrow.matches && !document.querySelector('.hero') && bottom - top < window.innerHeight * MOST_OF_WINDOW;
    root.toggleAttribute('data-box-stays', wanted);
    if (!wanted) { root.removeAttribute('data-stuck'); return; }
    const around = band.getBoundingClientRect();
    above = Math.round(top - around.top - 6);
    root.style.setProperty('--box-above', `${-above}px`);
    root.style.setProperty('--box-below', `${Math.max(0, Math.round(around.bottom - bottom - 8))}px`);
    follow();
  };
  const follow = () => {
    if (!root.hasAttribute('data-box-stays')) return;
    root.toggleAttribute('data-stuck', bandOf().getBoundingClientRect().top <= 1 - above);
  };

  // A plain page is loaded anew with every choice; the interactive one keeps its sheet as it is.
  const plainSheet = () => (document.querySelector('.plain-page') ? document.querySelector('.facets-sheet') : null);
  const open = () => {
    const sheet = plainSheet();
    if (!sheet || !narrow.matches) return;
    let held = null;
    try { held = JSON.parse(sessionStorage.getItem(OPEN)); sessionStorage.removeItem(OPEN); } catch { /* nothing is held */ }
    if (!held) return;
    sheet.open = true;
    window.scrollTo(0, held.at);
    [...sheet.querySelectorAll('[data-key]')].find((one) => one.dataset.key === held.key)?.focus({ preventScroll: true });
  };

  const stay = (pressed) => {
    if (!pressed || !plainSheet()?.open || !narrow.matches) return;
    try { sessionStorage.setItem(OPEN, JSON.stringify({ key: pressed.dataset.key, at: window.scrollY })); } catch { /* not held */ }
  };

  document.addEventListener('click', (event) => {
    if (event.target.closest?.('[data-close-sheet]')) {
      const sheet = event.target.closest('.facets-sheet');
      sheet.open = false;
      document.querySelector('#judul-halaman')?.focus({ preventScroll: true });
      document.querySelector('.hits')?.scrollIntoView({ block: 'start' });
      return;
    }
    const past = event.target.closest?.('.to-hits');
    if (past) { // the frame would take another end of the address for another page
      event.preventDefault();
      const hits = past.closest('.results').querySelector('.hits');
      hits.focus({ preventScroll: true }); // which would show the middle of a long list
      hits.scrollIntoView({ block: 'start' });
      return;
    }
    stay(event.target.closest?.('.facets-sheet a[data-key]'));
  });
  document.addEventListener('submit', (event) => stay(event.target.closest?.('.facets-sheet form')?.querySelector('button[data-key]')));

  let waiting = 0;
  const soon = () => { waiting ||= setTimeout(() => { waiting = 0; measure(); }, 150); };
  const grown = new ResizeObserver(soon); // by the text size that a reader chooses, too
  document.addEventListener('telusur:drawn', soon);
  document.addEventListener('DOMContentLoaded', () => { open(); measure(); });
  window.addEventListener('resize', soon);
  document.addEventListener('scroll', follow, { capture: true, passive: true });
})();
