// The page as the server drew it stands until the interactive one is there; then what was typed and how far was
// scrolled go over to it. The styles hide the first one, so nothing is seen twice.
(() => {
  const first = document.getElementById('portal-first');
  if (!first) return;
  const watcher = new MutationObserver(() => {
    const box = document.querySelector('.st-key-band input[type="search"]');
    if (!box || !document.querySelector('.stApp .foot')) return;
    watcher.disconnect();
    const typed = first.querySelector('input[name="q"]');
    const writing = document.activeElement === typed;
    const [from, to] = writing ? [typed.selectionStart, typed.selectionEnd] : [0, 0];
    if (typed.value !== typed.defaultValue) {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, typed.value);
      box.dispatchEvent(new Event('input', { bubbles: true }));
    }
    if (first.scrollTop) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, first.scrollTop);
    first.remove();
    if (writing) {
      box.focus({ preventScroll: true });
      box.setSelectionRange(from, to);
    }
  });
  watcher.observe(document.documentElement, { childList: true, subtree: true });
})();
