// Rows of the form for several fields are added and taken away. Without this script there are enough of them.
(() => {
  const rows = () => [...document.querySelectorAll('[data-row]')];
  const count = () => {
    const all = rows();
    all.forEach((row, place) => { row.querySelector('[data-number]').textContent = place + 1; });
    const add = document.querySelector('[data-add-row]');
    if (add) add.disabled = all.length >= Number(document.querySelector('[data-rows]').dataset.most);
  };
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-add-row], [data-remove-row]');
    if (!button) return;
    const all = rows();
    if (button.matches('[data-add-row]')) {
      const row = all[all.length - 1].cloneNode(true);
      row.querySelectorAll('select').forEach((select) => { select.selectedIndex = 0; });
      row.querySelector('input').value = '';
      all[all.length - 1].after(row);
      count();
      row.querySelector('select').focus();
      return;
    }
    const row = button.closest('[data-row]');
    if (all.length === 1) { row.querySelector('input').value = ''; row.querySelector('input').focus(); return; }
    const next = all[all.indexOf(row) + 1] || all[all.indexOf(row) - 1];
    row.remove();
    count();
    next.querySelector('input').focus();
  });
})();
