// The page as the server drew it stands until the interactive one is there; then what was typed and how far was
// scrolled go over to it, and it is taken away before anything is painted twice.
(() => {
  const first = document.getElementById('portal-first');
  if (!first) return;
  const PATIENCE_MS = 1000;
  const typed = first.querySelector('.searchform input[name="q"]');
  const box = () => document.querySelector('.st-key-band input[type="search"]');

  // The frame fills its box once more when the script has run to its end, so what was typed is held to for a while.
  const write = (text, from, until) => {
    const field = box();
    if (!field || performance.now() > until) return;
    if (field.value === typed.defaultValue) {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, text);
      field.dispatchEvent(new Event('input', { bubbles: true }));
      if (document.activeElement === field) field.setSelectionRange(from, from);
    } else if (field.value !== text) return; // the reader has typed on
    requestAnimationFrame(() => write(text, from, until));
  };
  const handOver = () => {
    const writing = document.activeElement === typed;
    const from = writing ? typed.selectionStart : typed.value.length;
    if (first.scrollTop) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, first.scrollTop);
    first.remove();
    if (writing) box().focus({ preventScroll: true });
    if (typed.value !== typed.defaultValue) write(typed.value, from, performance.now() + PATIENCE_MS);
    else if (writing) box().setSelectionRange(from, from);
  };
  // Whoever fills in another form is not disturbed: everything works here too.
  const busy = () => {
    const field = document.activeElement;
    return field !== typed && first.contains(field) && field.matches('input, select, textarea');
  };
  // The frame fills its box a moment after it has drawn it, over whatever stands there.
  const filled = (since) => {
    if (busy()) setTimeout(() => filled(since), 200);
    else if (box()?.value === typed.defaultValue || performance.now() - since > PATIENCE_MS) handOver();
    else requestAnimationFrame(() => filled(since));
  };
  const watcher = new MutationObserver(() => {
    if (!box() || !document.querySelector('.stApp .foot')) return;
    watcher.disconnect();
    filled(performance.now());
  });
  watcher.observe(document.documentElement, { childList: true, subtree: true });
})();
