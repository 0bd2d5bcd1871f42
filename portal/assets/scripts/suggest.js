// Suggestions under the search box: a combobox with a list (WAI-ARIA 1.2). It serves the box of the interactive page
// and the one of plain pages alike, and stands in for neither: Enter without a choice searches as ever.
(() => {
  const BOXES = '.st-key-band input[type="search"], .searchform input[type="search"]';
  const LIST = 'saran';
  const DELAY_MS = 120;
  const FEWEST_LETTERS = 2;
  let box = null;
  let options = [];
  let at = -1;
  let waiting = 0;
  let asking = null;

  const made = (id, build) => document.getElementById(id) || document.body.appendChild(build());
  const list = () => made(LIST, () => {
    const element = document.createElement('div');
    element.id = LIST;
    element.className = 'telusur suggest';
    element.setAttribute('role', 'listbox');
    element.hidden = true;
    return element;
  });
  const live = () => made('saran-live', () => {
    const element = document.createElement('div');
    element.id = 'saran-live';
    element.className = 'visually-hidden';
    element.setAttribute('role', 'status');
    return element;
  });

  const setUp = (input) => {
    if (input.getAttribute('aria-controls') === LIST) return;
    list();
    live();
    const says = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-haspopup': 'listbox', 'aria-expanded': 'false', 'aria-controls': LIST };
    Object.entries(says).forEach(([name, value]) => input.setAttribute(name, value));
  };

  const close = () => {
    clearTimeout(waiting);
    asking?.abort();
    const shown = list();
    shown.hidden = true;
    shown.replaceChildren();
    live().textContent = ''; // whoever reads on is not told of a list that is gone
    options = [];
    at = -1;
    box?.setAttribute('aria-expanded', 'false');
    box?.removeAttribute('aria-activedescendant');
  };

  const place = () => {
    if (list().hidden || !box?.isConnected) return;
    const around = (box.closest('[data-testid="stTextInputRootElement"]') || box).getBoundingClientRect();
    const { style } = list();
    style.left = `${around.left}px`;
    style.top = `${around.bottom + 4}px`;
    style.width = `${around.width}px`;
    style.maxHeight = `${Math.max(160, window.innerHeight - around.bottom - 16)}px`;
  };

  const textOf = (name, text) => {
    const element = document.createElement('span');
    element.className = name;
    element.textContent = text;
    return element;
  };

  const draw = (found) => {
    const shown = list();
    shown.setAttribute('aria-label', found.label);
    shown.lang = document.documentElement.lang;
    options = [];
    shown.replaceChildren(...found.groups.map((group) => {
      const section = document.createElement('div');
      section.setAttribute('role', 'group');
      section.setAttribute('aria-label', group.label);
      const heading = textOf('suggest-kind', group.label);
      heading.setAttribute('aria-hidden', 'true');
      section.append(heading);
      group.items.forEach((item) => {
        const option = document.createElement('div');
        option.id = `${LIST}-${options.length}`;
        option.className = 'suggest-option';
        option.setAttribute('role', 'option');
        option.setAttribute('aria-selected', 'false');
        option.dataset.href = item.href;
        option.append(textOf('suggest-text', item.text));
        if (item.count) option.append(' ', textOf('count', item.count));
        section.append(option);
        options.push(option);
      });
      return section;
    }));
    at = -1;
    shown.hidden = !options.length;
    box.setAttribute('aria-expanded', String(Boolean(options.length)));
    box.removeAttribute('aria-activedescendant');
    live().textContent = found.announce;
    place();
  };

  const choose = (number) => {
    options[at]?.setAttribute('aria-selected', 'false');
    at = number;
    const option = options[at];
    if (!option) { box.removeAttribute('aria-activedescendant'); return; }
    option.setAttribute('aria-selected', 'true');
    option.scrollIntoView({ block: 'nearest' });
    box.setAttribute('aria-activedescendant', option.id);
  };

  // The interactive page fills the box only where its text has changed since the last search, which typing is not.
  const fill = (text) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, text);
    box.dispatchEvent(new Event('input', { bubbles: true }));
    clearTimeout(waiting);
  };

  // A suggestion is a search of its own, so nothing of what was typed is kept.
  const follow = (href) => {
    fill(new URL(href, location.href).searchParams.get('q') || '');
    const plain = box.closest('form.searchform');
    close();
    if (plain) { location.assign(plain.getAttribute('action') + href.slice(href.indexOf('?'))); return; }
    // Streamlit takes a text for unfinished typing, which Back must not change, until the box is left.
    box.blur();
    box.focus();
    const event = new CustomEvent('telusur:follow', { detail: href, cancelable: true });
    if (document.dispatchEvent(event)) location.assign(href);
  };

  const ask = async () => {
    const text = box.value;
    if (text.trim().length < FEWEST_LETTERS) { close(); return; }
    asking?.abort();
    const own = asking = new AbortController();
    const params = new URLSearchParams({ q: text, hl: document.documentElement.lang });
    const scope = document.querySelector('select[name="in"]')?.value;
    if (scope) params.set('in', scope);
    try {
      const answer = await fetch(`/api/v1/suggest?${params}`, { signal: own.signal, headers: { Accept: 'application/json' } });
      if (!answer.ok) { close(); return; }
      const found = await answer.json();
      if (own === asking && document.activeElement === box && box.value === text) draw(found);
    } catch (error) {
      if (error.name !== 'AbortError') close();
    }
  };

  document.addEventListener('focusin', (event) => {
    if (!event.target.matches?.(BOXES)) return;
    setUp(event.target);
    box = event.target;
  });
  document.addEventListener('focusout', (event) => { if (event.target === box) close(); });
  document.addEventListener('input', (event) => {
    if (event.target !== box) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, DELAY_MS);
  });
  document.addEventListener('keydown', (event) => {
    if (event.target !== box || event.isComposing) return;
    const open = options.length > 0;
    const stop = () => { event.preventDefault(); event.stopImmediatePropagation(); };
    if (event.key === 'ArrowDown' && !open) { ask(); stop(); }
    else if (event.key === 'ArrowDown') { choose(at + 1 < options.length ? at + 1 : -1); stop(); }
    else if (event.key === 'ArrowUp' && open) { choose(at < 0 ? options.length - 1 : at - 1); stop(); }
    else if (event.key === 'Escape' && open) { close(); stop(); }
    else if (event.key === 'Enter' && options[at]) { const { href } = options[at].dataset; stop(); follow(href); }
    else if (event.key === 'Enter') close();
  }, true);
  // The focus stays in the box while an option is pressed.
  document.addEventListener('mousedown', (event) => { if (event.target.closest?.(`#${LIST}`)) event.preventDefault(); });
  document.addEventListener('click', (event) => {
    const option = event.target.closest?.(`#${LIST} [role="option"]`);
    if (option) follow(option.dataset.href);
  });
  document.addEventListener('scroll', place, true);
  window.addEventListener('resize', place);

  let looking = 0;
  const look = () => { looking = 0; document.querySelectorAll(BOXES).forEach(setUp); };
  new MutationObserver(() => { looking ||= setTimeout(look, 150); }).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener('DOMContentLoaded', look);
})();
