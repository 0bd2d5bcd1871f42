// Where a printed page came from, and when: phones never print it, and browsers only where they are told to.
(() => {
  const date = () => new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'long' }).format(new Date());
  // The lasting address, where there is one.
  const address = () => document.querySelector('main a[rel~="bookmark"]')?.href ?? location.href;

  addEventListener('beforeprint', () => {
    for (const foot of document.querySelectorAll('.foot')) {
      const line = document.createElement('p');
      line.className = 'printed';
      line.textContent = `${address()} · ${date()}`;
      foot.append(line);
    }
  });
  addEventListener('afterprint', () => document.querySelectorAll('.foot > .printed').forEach((line) => line.remove()));
})();
