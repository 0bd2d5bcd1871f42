// Small help: pickers close when left, and what Streamlit's frame says in English is said in the page's
// language. Everything works without it.
(() => {
  const words = {
    id: { skip: 'Lompat ke isi utama', 'Clear entry': 'Hapus isi' },
    en: { skip: 'Skip to main content' },
  };
  const tick = () => {
    const own = words[document.documentElement.lang] || words.en;
    const skip = document.querySelector('[data-testid="stSkipToContent"]');
    if (skip && skip.textContent !== own.skip) skip.textContent = own.skip;
    document.querySelectorAll('[data-testid="stTextInput"] [aria-label]').forEach((e) => {
      const word = own[e.getAttribute('aria-label')];
      if (word) e.setAttribute('aria-label', word);
    });
  };
  const leave = (event) => document.querySelectorAll('details.picker[open]').forEach((picker) => {
    if (event.key === 'Escape') { picker.open = false; picker.querySelector('summary').focus(); }
    else if (event.type === 'click' && !picker.contains(event.target)) picker.open = false;
  });
  document.addEventListener('click', leave);
  document.addEventListener('keydown', leave);

  let waiting = 0;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = setTimeout(() => { waiting = 0; tick(); }, 150);
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ['lang'] });
})();
