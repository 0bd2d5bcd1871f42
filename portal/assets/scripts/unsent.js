// What a patron or a librarian has typed outlives a form that could not be sent, since their session had ended, say, or
// the library's data was away: it stands in the form again when the same person comes back to it. This tab alone keeps
// it, for half an hour, until somebody signs out in any tab, and never a PIN.
(() => {
  const HELD = 'telusur.belum-terkirim';
  const KEPT_MS = 30 * 60 * 1000; // on a computer that others use, too
  const NO_TEXT = 'input:is([type="hidden"], [type="password"], [type="file"], [autocomplete*="password"]), button, fieldset';
  const read = () => { try { return JSON.parse(sessionStorage.getItem(HELD)); } catch { return null; } };
  const hold = (draft) => { try { sessionStorage.setItem(HELD, JSON.stringify(draft)); } catch { /* then nothing is kept */ } };
  const drop = () => { try { sessionStorage.removeItem(HELD); } catch { /* nothing was kept */ } };
  const dropLater = (draft) => setTimeout(() => { if (read()?.at === draft.at) drop(); }, draft.at + KEPT_MS - Date.now());
  const words = () => telusur.words[document.documentElement.lang] || telusur.words.en;
  const whose = () => document.querySelector('[data-whose]')?.dataset.whose;

  const ticked = (field) => field.matches('[type="checkbox"], [type="radio"]');
  const typedIn = (form) => [...form.elements].filter((field) => field.name && !field.matches(NO_TEXT));
  const valueOf = (field) => (ticked(field) ? field.checked : field.value);
  const givenTo = (field) => (ticked(field) ? field.defaultChecked
    : field.matches('select') ? (field.querySelector('option[selected]') || field.options[0])?.value
      : field.defaultValue);
  const addressOf = (form) => new URL(form.getAttribute('action') || '', location.href).pathname;
  const alike = (action) => [...document.querySelectorAll('form[method="post"]')].filter((form) => addressOf(form) === action);

  // unsent: it is known already that it could not be sent.
  const holdTyped = (form, unsent = false) => {
    const fields = typedIn(form);
    if (!fields.some((field) => valueOf(field) !== givenTo(field))) { drop(); return; }
    const action = addressOf(form);
    const typed = fields.map((field) => [field.name, valueOf(field)]);
    hold({ whose: whose(), page: location.pathname + location.search, action, place: alike(action).indexOf(form), typed, at: Date.now(), unsent });
  };
  // At the window, so that a script that sends a form by itself has had its turn. It tells of what it could not send.
  window.addEventListener('submit', ({ target: form, defaultPrevented }) => {
    if (whose() && !defaultPrevented && form.matches('form[method="post"]')) holdTyped(form);
  });
  document.addEventListener('telusur:unsent', ({ target: form }) => { if (whose()) holdTyped(form, true); });
  // Signing out empties the browser's storage (signing.js), of this tab alone where it is kept by tabs.
  window.addEventListener('storage', ({ key }) => {
    if (key !== null) return;
    drop();
    if (whose()) location.replace(inLanguage('/')); // nor does what stood there in another tab stay to be read
  });

  const note = (text) => Object.assign(document.createElement('p'), { className: 'outcome', textContent: text });
  const told = (text, before) => { before.before(note(text)); telusur.say(text); };
  const pathOf = (address) => new URL(address, location.href).pathname;
  const inLanguage = (address) => {
    const url = new URL(address, location.href);
    if (document.documentElement.lang === 'en') url.searchParams.set('hl', 'en'); else url.searchParams.delete('hl');
    return url.pathname + url.search;
  };

  const giveBack = ({ action, place, typed }) => {
    const form = alike(action)[place];
    const fields = form ? typedIn(form) : [];
    if (fields.length !== typed.length || fields.some((field, at) => field.name !== typed[at][0])) return; // another form by now
    form.closest('details')?.setAttribute('open', '');
    fields.forEach((field, at) => {
      field[ticked(field) ? 'checked' : 'value'] = typed[at][1];
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
    told(words().unsent_kept, form);
    fields.find((field) => !ticked(field))?.focus();
  };

  document.addEventListener('DOMContentLoaded', () => {
    const draft = read();
    if (!draft) return;
    if (Date.now() - draft.at > KEPT_MS) { drop(); return; }
    const signing = document.querySelector('.signing input[name="lanjut"]');
    const problem = document.querySelector('.problem-ways');
    if (signing) {
      hold({ ...draft, unsent: true });
      dropLater(draft);
      signing.value = inLanguage(draft.page);
      signing.form.closest('.signing').querySelectorAll('a[href*="lanjut="]').forEach((byProvider) => {
        const url = new URL(byProvider.href);
        url.searchParams.set('lanjut', signing.value);
        byProvider.href = url.href;
      });
      told(words().unsent_sign_in, signing.form);
    } else if (problem) {
      if (draft.unsent && ![draft.action, pathOf(draft.page)].includes(location.pathname)) return; // of something else
      hold({ ...draft, unsent: true });
      dropLater(draft);
      const back = Object.assign(document.createElement('a'), { className: 'button', href: inLanguage(draft.page), textContent: words().unsent_back });
      problem.querySelectorAll('.button').forEach((way) => way.classList.add('button-quiet'));
      problem.prepend(back, ' ');
    } else if (!draft.unsent || (whose() && whose() !== draft.whose)) {
      drop();
    } else if (whose() && location.pathname === pathOf(draft.page)) {
      drop();
      giveBack(draft);
    }
  });
})();
