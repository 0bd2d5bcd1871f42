// A PIN can be looked at while it is typed; it is hidden again before it is sent, so that no browser keeps it as text.
// Whoever signs out leaves nothing behind: browsers heed the header that says so by TLS only, so it is done here, too.
(() => {
  const set = (button, shown) => {
    const input = document.getElementById(button.dataset.show);
    if (!input) return;
    input.type = shown ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(shown));
    const label = button.querySelector('span');
    button.dataset.other ||= button.dataset.hideLabel;
    if (label && (label.textContent === button.dataset.hideLabel) !== shown) {
      const now = label.textContent;
      label.textContent = button.dataset.other;
      button.dataset.other = now;
    }
  };
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-show]');
    if (button) set(button, button.getAttribute('aria-pressed') !== 'true');
  });
  // Without cookies the form would come back empty for ever, and say nothing.
  document.addEventListener('DOMContentLoaded', () => {
    const told = document.querySelector('[data-needs-cookies]');
    if (told) told.hidden = navigator.cookieEnabled;
  });
  document.addEventListener('submit', (event) => {
    event.target.querySelectorAll('[data-show]').forEach((button) => set(button, false));
    if (!event.target.matches('[data-forget]')) return;
    try {
      localStorage.setItem('telusur.keluar', '1'); // other tabs are told of it only where there is something to clear
      localStorage.clear();
      sessionStorage.clear();
    } catch { /* a browser that keeps nothing has nothing to forget */ }
  });
})();
