// Before anything is drawn: the look that this reader has chosen (aids.js lets it be chosen). Small, since the page waits.
(() => {
  const root = document.documentElement;
  root.dataset.script = '';
  try {
    const chosen = JSON.parse(localStorage.getItem('telusur.look') || '{}');
    for (const name of ['theme', 'text', 'spacing', 'contrast', 'font']) {
      if (/^[a-z0-9]{1,20}$/.test(chosen[name] || '')) root.dataset[name] = chosen[name];
    }
  } catch { /* nothing is remembered where the browser keeps nothing */ }
})();
