// The scope beside the box of the interactive page: what was picked there goes with the text when it is searched for.
// Nothing happens before that, so the list can be walked through by keys.
(() => {
  const BOX = '.st-key-band input[type="search"]';
  const BUTTON = '.st-key-band [data-testid="stFormSubmitButton"] button';

  const search = (event) => {
    const scope = document.querySelector('.st-key-band select[name="in"]');
    const box = document.querySelector(BOX);
    if (!scope || !box || scope.value === scope.dataset.held) return; // the form asks for the text in the same scope
    event.preventDefault();
    event.stopImmediatePropagation();
    const params = new URLSearchParams(location.search);
    ['in', ...telusur.ofTheText].forEach((name) => params.delete(name));
    if (box.value.trim()) params.set('q', box.value.trim());
    if (scope.value) params.set('in', scope.value);
    const href = `/?${params}`;
    const asked = new CustomEvent('telusur:follow', { detail: href, cancelable: true });
    if (document.dispatchEvent(asked)) location.assign(href);
  };
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.isComposing && event.target.matches?.(BOX)) search(event);
  }, true);
  // A page that a browser brings back shows the search of its address, not what was picked when it was left. One that is
  // new may hold what was typed while it was loading.
  window.addEventListener('pageshow', (event) => {
    const [opened] = performance.getEntriesByType('navigation');
    if (event.persisted || opened?.type === 'back_forward') document.querySelector('form.searchform')?.reset();
  });
  // Whoever goes back before the page that was asked for is drawn stays on this one, which the frame does not draw again.
  window.addEventListener('popstate', () => {
    const scope = document.querySelector('.st-key-band select[name="in"]');
    if (scope) scope.value = scope.dataset.held;
  });
  document.addEventListener('click', (event) => { if (event.target.closest?.(BUTTON)) search(event); }, true);
})();
