// Citations are fetched when they are opened, and copied by a click. Without this script a link leads to
// a page of them, where they can be selected.
(() => {
  const show = (within) => within.querySelectorAll('button[data-copy]').forEach((button) => { button.hidden = !navigator.clipboard; });

  const fill = async (box) => {
    const body = box.querySelector('.cite-body');
    if (!body || box.dataset.filled) return;
    box.dataset.filled = 'yes';
    try {
      const answer = await fetch(box.dataset.cite, { headers: { Accept: 'text/html' } });
      if (!answer.ok) throw new Error(answer.status);
      body.innerHTML = await answer.text();
      show(body);
    } catch {
      delete box.dataset.filled; // the link is still there, and opening it again tries again
    }
  };

  // `toggle` does not bubble, so it is caught on its way down.
  document.addEventListener('toggle', (event) => {
    const box = event.target;
    if (box.matches?.('details[data-cite]') && box.open) fill(box);
  }, true);

  document.addEventListener('click', async (event) => {
    const button = event.target.closest('button[data-copy]');
    const text = button && document.getElementById(button.dataset.copy);
    if (!text) return;
    try {
      await navigator.clipboard.writeText(text.innerText);
    } catch { // not allowed: the text is selected instead, ready for the reader's own copying
      getSelection().selectAllChildren(text);
      return;
    }
    telusur.copied(button);
  });

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => show(document));
  else show(document);
})();
