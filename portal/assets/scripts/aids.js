// How the page looks, as this reader likes it: theme, size, spacing, contrast, type. Kept in this browser only, as
// attributes of <html> that the styles go by; early.js sets them again before the next page is drawn.
(() => {
  const KEY = 'telusur.look';
  const NAMES = ['theme', 'text', 'spacing', 'contrast', 'font'];
  const root = document.documentElement;
  const usual = (panel, name) => panel.querySelector(`input[name="${name}"][data-usual]`)?.value;

  const keep = () => {
    const chosen = {};
    NAMES.forEach((name) => { if (root.dataset[name]) chosen[name] = root.dataset[name]; });
    try {
      if (Object.keys(chosen).length) localStorage.setItem(KEY, JSON.stringify(chosen));
      else localStorage.removeItem(KEY);
    } catch { /* it holds until the page is left */ }
  };
  const show = (panel) => NAMES.forEach((name) => {
    const value = root.dataset[name] || usual(panel, name);
    panel.querySelectorAll(`input[name="${name}"]`).forEach((input) => { input.checked = input.value === value; });
  });

  document.addEventListener('change', (event) => {
    const input = event.target;
    const panel = input.closest?.('.aids-panel');
    if (!panel || !NAMES.includes(input.name)) return;
    if ('usual' in input.dataset) delete root.dataset[input.name];
    else root.dataset[input.name] = input.value;
    keep();
  });
  document.addEventListener('click', (event) => {
    const panel = event.target.closest?.('.aids-panel');
    if (!panel || !event.target.closest('[data-reset]')) return;
    NAMES.forEach((name) => delete root.dataset[name]);
    keep();
    show(panel);
  });
  // The panel is drawn anew with the masthead, so it learns what holds whenever it opens.
  document.addEventListener('beforetoggle', (event) => {
    if (event.newState === 'open' && event.target.matches?.('.aids-panel')) show(event.target);
  }, true);
  // Another window of the same reader.
  window.addEventListener('storage', (event) => {
    if (event.key !== KEY) return;
    let chosen = {};
    try { chosen = JSON.parse(event.newValue || '{}'); } catch { return; }
    NAMES.forEach((name) => {
      if (/^[a-z0-9]{1,20}$/.test(chosen[name] || '')) root.dataset[name] = chosen[name];
      else delete root.dataset[name];
    });
  });
})();
