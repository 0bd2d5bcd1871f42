// Reading a page of an e-book aloud, sentence by sentence, by the voices of the reader's own device. Offered where there are some.
(() => {
  const book = () => document.querySelector('[data-reader]');
  const panel = () => book().querySelector('.aloud'); // a page that is only an image has none
  const voice = window.speechSynthesis;
  if (!book() || !voice || !window.SpeechSynthesisUtterance) return;
  const { lang: language } = book().dataset;
  const voices = () => voice.getVoices();
  const offer = () => { if (panel() && voices().length) panel().hidden = false; };

  const state = (now) => {
    if (!panel()) return;
    const button = (name) => panel().querySelector(`[data-aloud="${name}"]`);
    const held = panel().contains(document.activeElement);
    button('start').hidden = now !== 'silent';
    button('pause').hidden = now !== 'speaking';
    button('resume').hidden = now !== 'paused';
    button('stop').hidden = now === 'silent';
    if (held) panel().querySelector('button:not([hidden])').focus();
  };

  // Sentences as ranges of the page's own text, so that what is spoken can be shown without touching the page.
  const sentences = () => [...book().querySelectorAll('.page-text p')].flatMap((paragraph) => {
    const nodes = [];
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) nodes.push(walker.currentNode);
    const whole = paragraph.textContent;
    const cut = window.Intl?.Segmenter
      ? [...new Intl.Segmenter(language, { granularity: 'sentence' }).segment(whole)].map((s) => [s.index, s.segment])
      : [[0, whole]];
    const place = (offset) => {
      let left = offset;
      for (const node of nodes) {
        if (left <= node.length) return [node, left];
        left -= node.length;
      }
      return [nodes.at(-1), nodes.at(-1).length];
    };
    return cut.filter(([, said]) => said.trim()).map(([start, said]) => {
      const range = document.createRange();
      range.setStart(...place(start));
      range.setEnd(...place(start + said.length));
      return { said: said.replace(/\s+/g, ' ').trim(), range };
    });
  });
  const show = (range) => {
    if (!window.CSS?.highlights || !window.Highlight) return;
    if (range) CSS.highlights.set('telusur-aloud', new Highlight(range));
    else CSS.highlights.delete('telusur-aloud');
  };

  let run = 0;
  const speak = (left, mine) => {
    if (mine !== run) return;
    const [first, ...rest] = left;
    if (!first) { stop(); return; }
    const said = new SpeechSynthesisUtterance(first.said);
    said.lang = language;
    const fitting = voices().find((one) => one.lang.toLowerCase().replace('_', '-').startsWith(language.toLowerCase()));
    if (fitting) said.voice = fitting;
    said.onend = () => speak(rest, mine);
    said.onerror = () => { if (mine === run) stop(); };
    show(first.range);
    voice.speak(said);
  };
  const stop = () => {
    run += 1;
    voice.cancel();
    show(null);
    state('silent');
  };

  const asked = {
    start: () => { stop(); state('speaking'); speak(sentences(), run); },
    pause: () => { voice.pause(); state('paused'); },
    resume: () => { voice.resume(); state('speaking'); },
    stop,
  };
  document.addEventListener('click', (event) => asked[event.target.closest?.('[data-aloud]')?.dataset.aloud]?.());
  addEventListener('pagehide', stop);
  document.addEventListener('telusur:drawn', () => { stop(); offer(); }); // another page
  voice.addEventListener?.('voiceschanged', offer);
  offer();
})();
